package io.replbuf.harness.stats;

import java.util.Locale;

/**
 * One measure of one arm against another's, and what may be said about it.
 *
 * @param ratio of the medians, with its interval over processes
 * @param floor what an A/A pair of the same run showed
 * @param verdict see {@link Verdict}
 */
public record Comparison(Interval ratio, NoiseFloor floor, Verdict verdict) {
    /** What may be said. */
    public enum Verdict {
        HIGHER,
        LOWER,
        NOT_DISTINGUISHABLE,
        /** One process each: a ratio, and no claim. */
        NO_INTERVAL
    }

    /**
     * Compares two arms.
     *
     * @param values of the arm in question, one for each process
     * @param baseline of the arm that it is held against
     * @param floor the run's noise; where it is unknown the interval alone decides
     */
    public static Comparison of(double[] values, double[] baseline, NoiseFloor floor) {
        Interval ratio = Bootstrap.ratio(values, baseline);
        return new Comparison(ratio, floor, verdict(ratio, floor));
    }

    private static Verdict verdict(Interval ratio, NoiseFloor floor) {
        if (!ratio.isKnown()) {
            return Verdict.NO_INTERVAL;
        }
        boolean within = ratio.contains(1) || (floor.isKnown() && !floor.isExceededBy(ratio));
        if (within) {
            return Verdict.NOT_DISTINGUISHABLE;
        }
        return ratio.low() > 1 ? Verdict.HIGHER : Verdict.LOWER;
    }

    /** One line for a table: {@code 0.063 × (0.061 to 0.066), lower; noise ± 2.0 %}. */
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
        return switch (verdict) {
            case HIGHER -> factor + ", higher; " + floor.words();
            case LOWER -> factor + ", lower; " + floor.words();
            case NOT_DISTINGUISHABLE -> factor + ", not distinguishable; " + floor.words();
            case NO_INTERVAL -> factor + ", one process, no interval";
        };
    }
}
