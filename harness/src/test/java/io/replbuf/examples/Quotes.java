package io.replbuf.examples;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A stream of quotes that is known beforehand, so that every byte which a client receives can be told right or wrong. */
final class Quotes {
    private static final byte[] STREAM = lines(26 << 20);

    private Quotes() {}

    private static byte[] lines(int bytes) {
        StringBuilder lines = new StringBuilder(bytes + 100);
        for (int i = 1; lines.length() < bytes; i++) {
            int cents = 10_000 + i * 7919 % 1000;
            lines.append("{\"seq\":").append(i);
            lines.append(",\"symbol\":\"S").append(i % 97);
            lines.append("\",\"bid\":").append(cents);
            lines.append(",\"ask\":").append(cents + 1 + i % 5).append("}\n");
        }
        return lines.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Whole lines, from one that begins at {@code offset} on.
     *
     * @param bytes how long they are together, or a little more
     */
    static ByteBuffer linesFrom(long offset, int bytes) {
        int from = (int) offset - 1;
        int end = from + bytes;
        while (STREAM[end - 1] != '\n') {
            end++;
        }
        return ByteBuffer.wrap(STREAM, from, end - from);
    }

    /** Where {@code received}, which begins at {@code offset}, first differs from the stream, in bytes; -1 if nowhere. */
    static int mismatch(long offset, ByteBuffer received) {
        return ByteBuffer.wrap(STREAM, (int) offset - 1, received.remaining()).mismatch(received);
    }
}
