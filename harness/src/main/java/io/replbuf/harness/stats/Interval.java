package io.replbuf.harness.stats;

import java.util.Locale;

/**
 * An estimate and the range in which the true value is believed to lie.
 *
 * @param estimate the sample's own value
 * @param low lower end; NaN when one process was measured, which says nothing about the spread
 * @param high upper end; NaN likewise
 * @param processes how many independent processes it rests on
 */
public record Interval(double estimate, double low, double high, int processes) {
    /** What 95 of 100 such intervals are meant to do: contain the true value. */
    public static final double CONFIDENCE = 0.95;

    static Interval unknown(double estimate, int processes) {
        return new Interval(estimate, Double.NaN, Double.NaN, processes);
    }

    /** Whether there is a range at all. */
    public boolean isKnown() {
        return !Double.isNaN(low) && !Double.isNaN(high);
    }

    public boolean contains(double value) {
        return isKnown() && low <= value && value <= high;
    }

    /** {@code 1.32 (1.20 to 1.45)}, or the estimate alone with a reason. */
    public String words() {
        return isKnown()
                ? String.format(Locale.ROOT, "%.3g (%.3g to %.3g)", estimate, low, high)
                : String.format(
                        Locale.ROOT,
                        "%.3g (%s)",
                        estimate,
                        processes == 1 ? "one process, no interval" : "no interval");
    }
}
