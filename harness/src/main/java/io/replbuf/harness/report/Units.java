package io.replbuf.harness.report;

import java.util.Locale;

/**
 * Numbers as the report prints them: thousands separators, IEC sizes, the unit after a space.
 *
 * <p>Pure functions without a locale, so that a report reads the same wherever it was made. {@link #NONE} stands for what
 * was not measured (a NaN, or a negative size).
 */
final class Units {
    /** What stands in a table for a value that was not measured. */
    static final String NONE = "–";

    static final double KIB = 1024.0;
    static final double MIB = 1024.0 * KIB;
    static final double GIB = 1024.0 * MIB;

    private Units() {}

    /** Bytes with an IEC unit and three significant digits: {@code 96.4 MiB}. */
    static String bytes(double bytes) {
        if (Double.isNaN(bytes)) {
            return NONE;
        }
        if (bytes < 0) {
            return "−" + bytes(-bytes);
        }
        if (bytes < KIB) {
            return plain(bytes, 0) + " B";
        }
        if (bytes < MIB) {
            return digits3(bytes / KIB) + " KiB";
        }
        if (bytes < GIB) {
            return digits3(bytes / MIB) + " MiB";
        }
        return digits3(bytes / GIB) + " GiB";
    }

    /** A stream's rate in bytes per second. */
    static String bytesPerSecond(double rate) {
        return Double.isNaN(rate) ? NONE : bytes(rate) + "/s";
    }

    /** A count with thousands separators; a fraction is rounded. */
    static String count(double value) {
        return Double.isNaN(value) ? NONE : plain(value, 0);
    }

    /** A count that may be a mean: whole where it is whole, else with one decimal. */
    static String amount(double value) {
        if (Double.isNaN(value)) {
            return NONE;
        }
        return value == Math.rint(value) ? plain(value, 0) : plain(value, 1);
    }

    /** A duration given in milliseconds, in the unit that needs the fewest digits. */
    static String millis(double millis) {
        if (Double.isNaN(millis)) {
            return NONE;
        }
        if (millis >= 60_000) {
            return digits3(millis / 60_000) + " min";
        }
        if (millis >= 1_000) {
            return digits3(millis / 1_000) + " s";
        }
        if (millis >= 1) {
            return digits3(millis) + " ms";
        }
        return digits3(millis * 1_000) + " µs";
    }

    /** A duration given in seconds that stays in seconds, for a price per something. */
    static String seconds(double seconds) {
        return Double.isNaN(seconds) ? NONE : digits3(seconds) + " s";
    }

    /** A duration given in microseconds. */
    static String micros(double micros) {
        return millis(micros / 1_000);
    }

    /** A tick of a logarithmic time axis, given in microseconds: {@code 100 µs}, {@code 1 ms}. */
    static String microsTick(double micros) {
        double value = Math.rint(micros * 1e6) / 1e6;
        return value >= 1e6
                ? tick(value / 1e6) + " s"
                : value >= 1e3 ? tick(value / 1e3) + " ms" : tick(value) + " µs";
    }

    /** A factor such as {@code 15.9 ×}. */
    static String times(double factor) {
        return Double.isNaN(factor) || Double.isInfinite(factor) ? NONE : digits3(factor) + " ×";
    }

    /** A share in percent; {@code share} is a fraction of one. */
    static String percent(double share) {
        return Double.isNaN(share) ? NONE : digits3(share * 100) + " %";
    }

    /** A percentile as its own name: {@code p99.9}. */
    static String percentile(double percentile) {
        String text = String.format(Locale.ROOT, "%.5f", percentile);
        return "p" + text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    /** A percentile's tick label. */
    static String percentTick(double percentile) {
        return percentile(percentile).substring(1) + " %";
    }

    /** Three significant digits, thousands separators, no trailing zero games: 1,234 and 12.3 and 0.12. */
    static String digits3(double value) {
        double magnitude = Math.abs(value);
        if (magnitude >= 99.95 || magnitude == 0) {
            return plain(value, 0);
        }
        if (magnitude >= 9.995) {
            return plain(value, 1);
        }
        return magnitude >= 0.0095 ? plain(value, 2) : String.format(Locale.ROOT, "%.1e", value);
    }

    /** An axis' tick label: no more digits than the number has. */
    static String tick(double value) {
        if (value == Math.rint(value)) {
            return plain(value, 0);
        }
        return plain(value, 3).replaceAll("0+$", "");
    }

    private static String plain(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
        return text.startsWith("-") ? "−" + text.substring(1) : text;
    }
}
