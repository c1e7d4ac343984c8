package io.replbuf.snapshot;

import java.nio.ByteBuffer;

/**
 * Recognises strings that are exactly what printing an int gives ("7", "-12"; not "07", "+7", "-0"): these and no others
 * may be stored as integers, since the reader prints them again. Stateless; any thread.
 */
final class CanonicalInteger {
    /** Answer for any other string; no int. */
    static final long NONE = Long.MIN_VALUE;

    private CanonicalInteger() {}

    /** The value of what remains in {@code string}, at most 11 bytes, or {@link #NONE}; the position stays. */
    static long parse(ByteBuffer string) {
        int i = string.position();
        int end = string.limit();
        boolean negative = string.get(i) == '-';
        if (negative) {
            i++;
        }
        if (i == end) {
            return NONE;
        }
        byte first = string.get(i);
        if (first == '0') {
            return end - i == 1 && !negative ? 0 : NONE;
        }
        long value = 0;
        for (; i < end; i++) {
            int digit = string.get(i) - '0';
            if (digit < 0 || digit > 9) {
                return NONE;
            }
            value = value * 10 + digit;
        }
        if (negative) {
            value = -value;
        }
        return value == (int) value ? value : NONE;
    }
}
