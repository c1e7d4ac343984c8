package io.replbuf.harness.stats;

import java.time.Duration;
import java.util.Locale;

/** How large a backlog must be for an outage of a given length at a measured write rate. */
public final class BacklogSizing {
    /** A tenth on top: the rate is a mean, and a reconnecting replica asks a little later than its link is back. */
    static final double MARGIN = 1.1;

    private BacklogSizing() {}

    /** In bytes, with the margin, rounded up to a whole MiB. */
    public static long bytes(double bytesPerSecond, Duration outage) {
        if (!(bytesPerSecond >= 0) || outage.isNegative()) {
            throw new IllegalArgumentException(
                    "rate: "
                            + bytesPerSecond
                            + ", outage: "
                            + outage
                            + " (expected: neither below 0)");
        }
        double seconds = outage.toNanos() / 1e9;
        return Math.max(1, (long) Math.ceil(bytesPerSecond * seconds * MARGIN / 0x1p20)) << 20;
    }

    /** The sentence for a report, with the directive to copy. */
    public static String line(double bytesPerSecond, Duration outage) {
        long bytes = bytes(bytesPerSecond, outage);
        return String.format(
                Locale.ROOT,
                "At %.1f MB/s of stream, an outage of %s is bridged by repl-backlog-size %dmb (rate × outage + 10 %%).",
                bytesPerSecond / 1e6,
                words(outage),
                bytes >> 20);
    }

    private static String words(Duration outage) {
        if (outage.toMillis() % 1_000 != 0 || outage.isZero()) {
            return outage.toMillis() + " ms";
        }
        long seconds = outage.toSeconds();
        return seconds % 3_600 == 0
                ? seconds / 3_600 + " h"
                : seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }
}
