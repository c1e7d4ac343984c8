package io.replbuf.server;

import java.util.Locale;

/** Bytes as redis.conf spells them: {@code 1k} is 1000, {@code 1kb} is 1024, likewise m, mb, g, gb. */
final class MemorySize {
    private MemorySize() {}

    /** The largest unit of powers of two that gives a whole number. */
    static String shortest(long bytes) {
        if (bytes != 0 && bytes % (1 << 30) == 0) {
            return (bytes >> 30) + "gb";
        }
        if (bytes != 0 && bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "mb";
        }
        return bytes != 0 && bytes % (1 << 10) == 0 ? (bytes >> 10) + "kb" : Long.toString(bytes);
    }

    /**
     * @return bytes, -1 if the text is no such size or passes a long
     */
    static long parse(String text) {
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        long unit =
                switch (text.substring(digits).toLowerCase(Locale.ROOT)) {
                    case "", "b" -> 1;
                    case "k" -> 1000;
                    case "kb" -> 1 << 10;
                    case "m" -> 1000 * 1000;
                    case "mb" -> 1 << 20;
                    case "g" -> 1000L * 1000 * 1000;
                    case "gb" -> 1 << 30;
                    default -> -1;
                };
        if (digits == 0 || unit < 0) {
            return -1;
        }
        try {
            return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), unit);
        } catch (NumberFormatException | ArithmeticException e) {
            return -1; // passes a long: as much a wrong size as any other
        }
    }

    /** As INFO's {@code _human} fields: {@code 894.91K}. */
    static String human(long bytes) {
        if (bytes < 1024) {
            return bytes + "B";
        }
        String units = "KMGTPE";
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < units.length() - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f%c", value, units.charAt(unit));
    }
}
