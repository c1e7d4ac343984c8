package io.replbuf.harness.stats;

import java.util.Locale;

/**
 * How far apart two arms come out that do the same: the band around 1 in which a ratio means nothing.
 *
 * @param factor at least 1: a ratio between 1 / factor and factor is noise; NaN when no A/A pair was run
 */
public record NoiseFloor(double factor) {
    public static final NoiseFloor UNKNOWN = new NoiseFloor(Double.NaN);

    public NoiseFloor {
        if (factor < 1) {
            throw new IllegalArgumentException("factor: " + factor + " (expected: at least 1)");
        }
    }

    /** From an A/A pair, one value for each process: as far as its interval reaches on either side of 1. */
    public static NoiseFloor of(double[] first, double[] second) {
        Interval ratio = Bootstrap.ratio(first, second);
        if (!ratio.isKnown() || ratio.low() <= 0) {
            return UNKNOWN;
        }
        return new NoiseFloor(Math.max(1, Math.max(ratio.high(), 1 / ratio.low())));
    }

    /** The wider of two bands; an unknown one yields to a known one. */
    public NoiseFloor or(NoiseFloor other) {
        if (!isKnown()) {
            return other;
        }
        return other.isKnown() && other.factor > factor ? other : this;
    }

    public boolean isKnown() {
        return !Double.isNaN(factor);
    }

    /** Whether the whole interval lies outside the band. */
    boolean isExceededBy(Interval ratio) {
        return isKnown() && (ratio.low() > factor || ratio.high() < 1 / factor);
    }

    /** {@code noise ± 3.1 %}. */
    public String words() {
        return isKnown()
                ? String.format(Locale.ROOT, "noise ± %.1f %%", (factor - 1) * 100)
                : "noise not measured";
    }
}
