package io.replbuf.buffer;

import java.util.Locale;

/** Sizes as redis.conf spells them: {@code 1k} is 1000 bytes, {@code 1kb} 1024, likewise m, mb, g, gb; case is ignored. */
public final class ByteSize {
    private ByteSize() {}

    /**
     * @param name of the directive, for the message
     * @throws IllegalArgumentException naming directive, value and what was expected
     */
    public static long parse(String name, String value, long min) {
        String text = value.toLowerCase(Locale.ROOT);
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        long unit = unit(text.substring(digits));
        // 18 digits always fit a long.
        if (digits == 0 || digits > 18 || unit == 0) {
            throw refuse(name, value, min);
        }
        long bytes;
        try {
            bytes = Math.multiplyExact(Long.parseLong(text.substring(0, digits)), unit);
        } catch (ArithmeticException e) {
            throw refuse(name, value, min);
        }
        if (bytes < min) {
            throw refuse(name, value, min);
        }
        return bytes;
    }

    private static long unit(String unit) {
        switch (unit) {
            case "":
            case "b":
                return 1;
            case "k":
                return 1000;
            case "kb":
                return 1 << 10;
            case "m":
                return 1000_000;
            case "mb":
                return 1 << 20;
            case "g":
                return 1000_000_000;
            case "gb":
                return 1 << 30;
            default:
                return 0;
        }
    }

    private static IllegalArgumentException refuse(String name, String value, long min) {
        return new IllegalArgumentException(
                name
                        + ": \""
                        + value
                        + "\" (expected: a memory size such as 64mb, >= "
                        + min
                        + ")");
    }
}
