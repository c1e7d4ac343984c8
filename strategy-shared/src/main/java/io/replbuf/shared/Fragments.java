package io.replbuf.shared;

import java.nio.ByteBuffer;

/**
 * The pieces in which Redis would have fed the bytes: {@code *3}, {@code $3}, {@code SET}, a line end, and so on, each by itself.
 *
 * <p>Command loop. What is no RESP is taken for lines; the rest without a line end for one piece. Only looked at when a block is added.
 */
final class Fragments {
    private static final int DIGITS_MAX = 9;

    private ByteBuffer bytes;
    private int end;

    /** Of the argument whose length was the last line; 0 for none. */
    private int argumentBytes;

    /** Begins with the bytes from their position on. */
    void begin(ByteBuffer fed) {
        bytes = fed;
        end = fed.position();
        argumentBytes = 0;
    }

    void end() {
        bytes = null;
    }

    /** What is left of the piece that {@code position} is in; positions must not go back. */
    int leftAt(int position) {
        while (end <= position) {
            next();
        }
        return end - position;
    }

    private void next() {
        int limit = bytes.limit();
        if (argumentBytes > 0) {
            end = (int) Math.min(limit, (long) end + argumentBytes);
            argumentBytes = 0;
            return;
        }
        int begin = end;
        while (end < limit && bytes.get(end) != '\n') {
            end++;
        }
        end = Math.min(limit, end + 1);
        if (bytes.get(begin) == '$') {
            argumentBytes = length(begin + 1);
        }
    }

    private int length(int from) {
        int length = 0;
        for (int at = from; at < end && at < from + DIGITS_MAX; at++) {
            int digit = bytes.get(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            length = 10 * length + digit;
        }
        return length;
    }
}
