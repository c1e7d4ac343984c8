package io.replbuf.snapshot;

import com.ning.compress.lzf.impl.VanillaChunkEncoder;
import java.util.Arrays;

/**
 * The bare LZF token stream, without the chunk headers that this codec's own file format puts around it.
 *
 * <p>Tokens: a byte below 32 says how many literals follow, less one; else its upper three bits are a length, less two (7:
 * a byte with more length follows), its lower five and a further byte the distance back, less one, at most 8 KiB. A stream
 * is a sequence of tokens and nothing else: two streams side by side are the stream of both contents, which lets a long
 * value be compressed piece by piece.
 *
 * <p>One thread; holds a hash table of 64 KiB. The codec variant without {@code sun.misc.Unsafe}, which newer JVMs
 * warn about.
 */
final class LzfEncoder extends VanillaChunkEncoder {
    /** Most bytes a call takes. */
    static final int PIECE_BYTES = 0xFFFF;

    /** Below this the codec's look-ahead does not fit; such a rest is written as literals. */
    private static final int PIECE_BYTES_MIN = MIN_BLOCK_TO_COMPRESS;

    private static final int LITERALS_MAX = 32;

    LzfEncoder() {
        super(PIECE_BYTES, true); // true: no buffers of its own, ours are handed in
    }

    /** Room that a piece may need: when nothing repeats, a byte of overhead per run of literals. */
    static int boundBytes(int pieceBytes) {
        return pieceBytes + pieceBytes / LITERALS_MAX + 8;
    }

    /**
     * Compresses {@code in[0, length)} to {@code out} from {@code position}.
     *
     * @param length 1 to {@link #PIECE_BYTES}
     * @return where the output ends
     */
    int encode(byte[] in, int length, byte[] out, int position) {
        if (length >= PIECE_BYTES_MIN) {
            return tryCompress(in, 0, length, out, position);
        }
        out[position] = (byte) (length - 1);
        System.arraycopy(in, 0, out, position + 1, length);
        return position + 1 + length;
    }

    /** Forgets earlier pieces, whose leftovers may otherwise be found again: equal input then gives equal output. */
    void reset() {
        Arrays.fill(_hashTable, 0);
    }
}
