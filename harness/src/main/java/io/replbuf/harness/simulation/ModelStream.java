package io.replbuf.harness.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the stream is: any byte of it, computed from the seed and its offset, so that a day of it takes no memory.
 *
 * <pre>
 *   offset 1                         forked at R                      nextOffset
 *     |------ piece 0, seed s0 --------|------ piece 1, seed s1 --------|
 *     |frame|frame|frame|fra           |frame|frame|frame|
 * </pre>
 *
 * A frame is {@value #FRAME_BYTES} bytes of whole commands, as a primary writes them: SELECT and SET, one in four within MULTI and
 * EXEC. After a crash the stream goes on from where the primary recovered, with other bytes than before: a piece of its own.
 */
final class ModelStream {
    static final int FRAME_BYTES = 256;

    private static final int PAGE_BYTES = 4096;
    private static final int PAGES = 1024;
    private static final byte[] PLAIN = frame(false);
    private static final byte[] TRANSACTION = frame(true);
    private static final int PLAIN_PAYLOAD = payloadAt(PLAIN);
    private static final int TRANSACTION_PAYLOAD = payloadAt(TRANSACTION);
    private static final int PLAIN_LONGS = 25;
    private static final int TRANSACTION_LONGS = 21;

    private final long seed;
    private final List<Piece> pieces = new ArrayList<>();
    private final byte[][] pages = new byte[PAGES][];
    private final long[] pageNumbers = new long[PAGES];
    private final byte[] frame = new byte[FRAME_BYTES];
    private final ByteBuffer frameLongs = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    private int forks;
    private long verifiedBytes;

    ModelStream(long seed, long startOffset) {
        this.seed = seed;
        fork(startOffset);
    }

    /** From {@code offset} on the stream is another one; what it was there is forgotten. */
    void fork(long offset) {
        while (!pieces.isEmpty() && last().startOffset >= offset) {
            pieces.remove(pieces.size() - 1);
        }
        pieces.add(new Piece(offset, mix(seed + forks++)));
        Arrays.fill(pageNumbers, -1);
    }

    /** Bytes of {@code [offset, offset + bytes)}, ready to be fed. */
    void read(long offset, ByteBuffer into, int bytes) {
        long at = offset;
        long end = offset + bytes;
        while (at < end) {
            int in = (int) (at % PAGE_BYTES);
            int n = (int) Math.min(end - at, PAGE_BYTES - in);
            into.put(page(at / PAGE_BYTES), in, n);
            at += n;
        }
    }

    /**
     * Compares the remaining bytes with the stream from {@code offset} on.
     *
     * @return offset of the first byte that differs, -1 if none does
     */
    long mismatch(long offset, ByteBuffer bytes) {
        verifiedBytes += bytes.remaining();
        long at = offset;
        int position = bytes.position();
        while (position < bytes.limit()) {
            int in = (int) (at % PAGE_BYTES);
            int n = Math.min(bytes.limit() - position, PAGE_BYTES - in);
            ByteBuffer expected = ByteBuffer.wrap(page(at / PAGE_BYTES), in, n);
            int differs = bytes.slice(position, n).mismatch(expected);
            if (differs >= 0) {
                return at + differs;
            }
            position += n;
            at += n;
        }
        return -1;
    }

    /** Bytes compared so far. */
    long verifiedBytes() {
        return verifiedBytes;
    }

    private byte[] page(long number) {
        int place = (int) (number % PAGES);
        byte[] page = pages[place];
        if (page == null) {
            page = new byte[PAGE_BYTES];
            pages[place] = page;
        } else if (pageNumbers[place] == number) {
            return page;
        }
        fill(number * PAGE_BYTES, page);
        pageNumbers[place] = number;
        return page;
    }

    /** Bytes before the first piece are 0 and nobody's. */
    private void fill(long from, byte[] page) {
        long at = from;
        long end = from + page.length;
        int index = 0;
        while (at < end) {
            while (index + 1 < pieces.size() && pieces.get(index + 1).startOffset <= at) {
                index++;
            }
            Piece piece = pieces.get(index);
            if (at < piece.startOffset) {
                at++;
                continue;
            }
            long pieceEnd =
                    index + 1 < pieces.size() ? pieces.get(index + 1).startOffset : Long.MAX_VALUE;
            long number = (at - piece.startOffset) / FRAME_BYTES;
            int in = (int) ((at - piece.startOffset) % FRAME_BYTES);
            int n = (int) Math.min(Math.min(FRAME_BYTES - in, end - at), pieceEnd - at);
            makeFrame(piece.seed, number);
            System.arraycopy(frame, in, page, (int) (at - from), n);
            at += n;
        }
    }

    private void makeFrame(long pieceSeed, long number) {
        long state = mix(pieceSeed + number * 0x9E3779B97F4A7C15L);
        boolean transaction = (state & 3) == 0;
        System.arraycopy(transaction ? TRANSACTION : PLAIN, 0, frame, 0, FRAME_BYTES);
        int position = transaction ? TRANSACTION_PAYLOAD : PLAIN_PAYLOAD;
        int longs = transaction ? TRANSACTION_LONGS : PLAIN_LONGS;
        for (int i = 0; i < longs; i++) {
            state += 0x9E3779B97F4A7C15L;
            frameLongs.putLong(position, state ^ (state >>> 29) * 0xBF58476D1CE4E5B9L);
            position += Long.BYTES;
        }
    }

    private Piece last() {
        return pieces.get(pieces.size() - 1);
    }

    private static byte[] frame(boolean transaction) {
        String before =
                "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n" + (transaction ? "*1\r\n$5\r\nMULTI\r\n" : "");
        String after = transaction ? "\r\n*1\r\n$4\r\nEXEC\r\n" : "\r\n";
        String set = "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$000\r\n";
        int payload = FRAME_BYTES - before.length() - set.length() - after.length();
        String frame = before + set.replace("000", "" + payload) + " ".repeat(payload) + after;
        if (frame.length() != FRAME_BYTES) {
            throw new AssertionError(frame.length() + " bytes (expected: " + FRAME_BYTES + ")");
        }
        return frame.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int payloadAt(byte[] frame) {
        return new String(frame, StandardCharsets.ISO_8859_1).indexOf("  ");
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private record Piece(long startOffset, long seed) {}
}
