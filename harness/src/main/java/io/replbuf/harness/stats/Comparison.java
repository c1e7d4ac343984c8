package io.replbuf.harness.stats;

import java.util.Locale;

/**
 * One measure of one arm against another's, and what may be said about it. Less is better: memory, time, processor time.
 *
 * @param ratio of the medians, with its interval over processes
 * @param floor what an A/A pair of the same run showed
 * @param verdict see {@link Verdict}
 */
public record Comparison(Interval ratio, NoiseFloor floor, Verdict verdict) {
    /** What may be said. */
    public enum Verdict {
        /** The whole interval lies below 1, and below the band of an A/A pair. */
        BETTER,
        /** The whole interval lies above 1, and above the band of an A/A pair. */
        WORSE,
        /** The whole interval lies inside the band: the difference is no larger than that of one strategy from itself. */
        EQUIVALENT,
        /** Neither: more processes could tell. */
        NOT_DISTINGUISHABLE,
        /** One process each and no A/A pair: a ratio, and no claim. */
        NO_INTERVAL
    }

    /**
     * Compares two arms.
     *
     * @param values of the arm in question, one for each process
     * @param baseline of the arm that it is held against
     * @param floor the run's noise; where it is unknown the interval alone decides, and with one process each it alone decides
     */
    public static Comparison of(double[] values, double[] baseline, NoiseFloor floor) {
        Interval ratio = Bootstrap.ratio(values, baseline);
        return new Comparison(ratio, floor, verdict(ratio, floor));
    }

    private static Verdict verdict(Interval ratio, NoiseFloor floor) {
        double low = ratio.isKnown() ? ratio.low() : ratio.estimate();
        double high = ratio.isKnown() ? ratio.high() : ratio.estimate();
        if (!ratio.isKnown() && !floor.isKnown()) {
            return Verdict.NO_INTERVAL;
        }
        if (ratio.isKnown() && floor.contains(low, high)) {
            return Verdict.EQUIVALENT;
        }
        boolean within = low <= 1 && 1 <= high;
        if (within || (floor.isKnown() && !floor.isExceededBy(low, high))) {
            return Verdict.NOT_DISTINGUISHABLE;
        }
        return high < 1 ? Verdict.BETTER : Verdict.WORSE;
    }

    /** Whether one arm may be said to be better than the other. */
    public boolean isDifference() {
        return verdict == Verdict.BETTER || verdict == Verdict.WORSE;
    }

    /** The one word for it. */
    public String word() {
        return switch (verdict) {
            case BETTER -> "better";
            case WORSE -> "worse";
            case EQUIVALENT -> "equivalent";
            case NOT_DISTINGUISHABLE -> "not distinguishable";
            case NO_INTERVAL -> "one process, no interval";
        };
    }

    /** One line for a table: {@code 0.063 × (0.061 to 0.066), better; noise ± 2.0 %}. */
    public String words() {
        String factor =
                ratio.isKnown()
                        ? String.format(
                                Locale.ROOT,
                                "%.3g × (%.3g to %.3g)",
                                ratio.estimate(),
                                ratio.low(),
                                ratio.high())
                        : String.format(Locale.ROOT, "%.3g ×", ratio.estimate());
        return factor
                + ", "
                + word()
                + (verdict == Verdict.NO_INTERVAL ? "" : "; " + floor.words());
    }
}
