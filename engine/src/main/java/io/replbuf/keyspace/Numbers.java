package io.replbuf.keyspace;

import io.netty.buffer.ByteBuf;

/** Integers as Redis reads and writes them: decimal, canonical, 64 bits. Stateless. */
final class Numbers {
    /** {@code -9223372036854775808}. */
    static final int LONG_CHARS_MAX = 20;

    static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";

    private Numbers() {}

    /**
     * A number without blanks, plus sign or leading zeros.
     *
     * @throws CommandException if it is anything else
     */
    static long parse(ByteBuf text, int index, int length) {
        if (length == 0 || length > LONG_CHARS_MAX) {
            throw new CommandException(NOT_AN_INTEGER);
        }
        boolean negative = text.getByte(index) == '-';
        int i = negative ? 1 : 0;
        // Summed up below zero, where there is one number more.
        long value = 0;
        if (i == length || text.getByte(index + i) == '0' && length > 1) {
            throw new CommandException(NOT_AN_INTEGER);
        }
        for (; i < length; i++) {
            int digit = text.getByte(index + i) - '0';
            if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
                throw new CommandException(NOT_AN_INTEGER);
            }
            value = value * 10 - digit;
        }
        if (!negative && value == Long.MIN_VALUE) {
            throw new CommandException(NOT_AN_INTEGER);
        }
        return negative ? value : -value;
    }

    /**
     * Writes {@code value} so that it ends at {@code end} of {@code out}.
     *
     * @return where it begins
     */
    static int format(long value, ByteBuf out, int end) {
        int at = end;
        long left = value < 0 ? value : -value;
        do {
            out.setByte(--at, '0' - (int) (left % 10));
            left /= 10;
        } while (left != 0);
        if (value < 0) {
            out.setByte(--at, '-');
        }
        return at;
    }
}
