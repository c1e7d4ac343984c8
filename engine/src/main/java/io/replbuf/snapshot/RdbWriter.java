package io.replbuf.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Writes an RDB: {@link #begin}, then for each database {@link #selectDb} and its strings, then {@link #end}.
 *
 * <p>One thread. The channel must block; a failure of it leaves the writer useless. Nothing is allocated per key, and no
 * memory beyond about 300 KiB, however long a value is. The channel is neither forced nor closed.
 */
public final class RdbWriter {
    /** Longer values are compressed twice, first for the length that stands before them, instead of held compressed. */
    private static final int COMPRESSED_IN_ONE_PASS = LzfEncoder.PIECE_BYTES;

    /** Shorter values have other encodings to be tried, and nobody needs them in pieces. */
    private static final int PIECES_BYTES_MIN = 32;

    /** Redis' rule: a block that does not save this much is not worth expanding. */
    private static final int COMPRESSION_GAIN_MIN = 4;

    private final RdbOptions options;
    private final RdbOutput out;
    private LzfEncoder lzf;
    private byte[] piece;
    private byte[] compressed;
    private final ByteBuffer[] whole = new ByteBuffer[1];

    public RdbWriter(WritableByteChannel target, RdbOptions options) {
        this.options = options;
        this.out = new RdbOutput(target, options.checksum());
    }

    /** The header, and the fields of {@code aux} that are there, in Redis' order. */
    public void begin(RdbAux aux) throws IOException {
        out.writeBytes(RdbFormat.MAGIC, 0, RdbFormat.MAGIC.length);
        String version = String.format("%04d", options.version());
        out.writeBytes(ascii(version), 0, RdbFormat.VERSION_DIGITS);
        aux("redis-ver", aux.redisVer());
        aux("redis-bits", aux.redisBits());
        aux("ctime", aux.ctime());
        aux("used-mem", aux.usedMem());
        if (aux.hasPosition()) {
            aux("repl-stream-db", aux.replStreamDb());
            aux("repl-id", aux.replId());
            aux("repl-offset", aux.replOffset());
        }
        boolean named = options.version() >= RdbFormat.VERSION_WITH_AOF_BASE;
        aux(named ? "aof-base" : "aof-preamble", aux.aofBase() ? 1 : 0);
    }

    /**
     * Begins a database.
     *
     * @param keys how many will follow, and {@code expires} how many of them with an expiry: hints for the reader's tables
     */
    public void selectDb(int db, long keys, long expires) throws IOException {
        out.writeByte(RdbFormat.OP_SELECT_DB);
        out.writeLength(db);
        out.writeByte(RdbFormat.OP_RESIZE_DB);
        out.writeLength(keys);
        out.writeLength(expires);
    }

    /**
     * A key with a string.
     *
     * @param key all that remains in it; the position stays, here and in {@code value}
     * @param expireAtMillis Unix time, negative for none
     */
    public void string(ByteBuffer key, ByteBuffer value, long expireAtMillis) throws IOException {
        beginKey(key, expireAtMillis);
        encoded(value);
    }

    /**
     * The same for a value that lies in several pieces.
     *
     * @param valueBytes sum of what remains in them, at least {@value #PIECES_BYTES_MIN}
     */
    public void string(ByteBuffer key, ByteBuffer[] value, int valueBytes, long expireAtMillis)
            throws IOException {
        if (valueBytes < PIECES_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "valueBytes: " + valueBytes + " (expected: >= " + PIECES_BYTES_MIN + ")");
        }
        beginKey(key, expireAtMillis);
        if (options.compress() && writeCompressedTwice(value, valueBytes)) {
            return;
        }
        out.writeLength(valueBytes);
        for (ByteBuffer piece : value) {
            out.writeBytes(piece);
        }
    }

    /**
     * The end mark and the checksum; everything is handed to the channel.
     *
     * @return the length of the RDB in bytes
     */
    public long end() throws IOException {
        out.writeByte(RdbFormat.OP_EOF);
        out.writeChecksum();
        return out.position();
    }

    /** Hands to the channel what is buffered. */
    public void flush() throws IOException {
        out.flush();
    }

    /** Bytes so far, those still buffered included. */
    public long bytesWritten() {
        return out.position();
    }

    private void aux(String name, String value) throws IOException {
        if (value == null) {
            return;
        }
        out.writeByte(RdbFormat.OP_AUX);
        encoded(ByteBuffer.wrap(ascii(name)));
        encoded(ByteBuffer.wrap(ascii(value)));
    }

    private void aux(String name, long value) throws IOException {
        aux(name, value < 0 ? null : Long.toString(value));
    }

    private void beginKey(ByteBuffer key, long expireAtMillis) throws IOException {
        if (expireAtMillis >= 0) {
            out.writeByte(RdbFormat.OP_EXPIRE_MILLIS);
            out.writeLongLittle(expireAtMillis);
        }
        out.writeByte(RdbFormat.TYPE_STRING);
        encoded(key);
    }

    /** The shortest form of a string: integer, LZF block or plain. */
    private void encoded(ByteBuffer string) throws IOException {
        int length = string.remaining();
        if (length <= RdbFormat.INTEGER_DIGITS_MAX && length > 0) {
            long value = CanonicalInteger.parse(string);
            if (value != CanonicalInteger.NONE) {
                integer((int) value);
                return;
            }
        } else if (options.compress()
                && length > RdbFormat.UNCOMPRESSED_MAX
                && writeCompressed(string)) {
            return;
        }
        out.writeLength(length);
        out.writeBytes(string);
    }

    private void integer(int value) throws IOException {
        if (value == (byte) value) {
            out.writeByte(RdbFormat.ENCODED_INT_8);
            out.writeByte(value);
        } else if (value == (short) value) {
            out.writeByte(RdbFormat.ENCODED_INT_16);
            out.writeShortLittle(value);
        } else {
            out.writeByte(RdbFormat.ENCODED_INT_32);
            out.writeIntLittle(value);
        }
    }

    /** Writes {@code string} as an LZF block, or writes nothing and says so when that would not be shorter. */
    private boolean writeCompressed(ByteBuffer string) throws IOException {
        int length = string.remaining();
        if (length > COMPRESSED_IN_ONE_PASS) {
            whole[0] = string;
            boolean written = writeCompressedTwice(whole, length);
            whole[0] = null;
            return written;
        }
        prepareCompression();
        int blockBytes = compress(string, string.position(), length);
        if (blockBytes > length - COMPRESSION_GAIN_MIN) {
            return false;
        }
        lzfHeader(blockBytes, length);
        out.writeBytes(compressed, 0, blockBytes);
        return true;
    }

    /** Both passes must make the same bytes, so both begin with a clean encoder. */
    private boolean writeCompressedTwice(ByteBuffer[] strings, int length) throws IOException {
        prepareCompression();
        lzf.reset();
        long blockBytes = 0;
        for (ByteBuffer string : strings) {
            for (int from = string.position(); from < string.limit(); from += piece.length) {
                int pieceBytes = Math.min(piece.length, string.limit() - from);
                boolean first = blockBytes == 0;
                blockBytes += compress(string, from, pieceBytes);
                if (first && blockBytes >= pieceBytes) {
                    return false; // a beginning that does not shrink speaks for the whole
                }
            }
        }
        if (blockBytes > length - COMPRESSION_GAIN_MIN) {
            return false;
        }
        lzfHeader(blockBytes, length);
        lzf.reset();
        for (ByteBuffer string : strings) {
            for (int from = string.position(); from < string.limit(); from += piece.length) {
                int pieceBytes = Math.min(piece.length, string.limit() - from);
                out.writeBytes(compressed, 0, compress(string, from, pieceBytes));
            }
        }
        return true;
    }

    private void prepareCompression() {
        if (lzf == null) {
            lzf = new LzfEncoder();
            piece = new byte[LzfEncoder.PIECE_BYTES];
            compressed = new byte[LzfEncoder.boundBytes(LzfEncoder.PIECE_BYTES)];
        }
    }

    private int compress(ByteBuffer string, int from, int length) {
        string.get(from, piece, 0, length);
        return lzf.encode(piece, length, compressed, 0);
    }

    private void lzfHeader(long blockBytes, long contentBytes) throws IOException {
        out.writeByte(RdbFormat.ENCODED_LZF);
        out.writeLength(blockBytes);
        out.writeLength(contentBytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
