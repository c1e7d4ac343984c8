package io.replbuf.harness.stats;

import java.util.Locale;

/**
 * How far apart two arms come out that do the same: the band around 1 in which a ratio means nothing.
 *
 * @param factor at least 1: a ratio between 1 / factor and factor is noise; NaN when no A/A pair was run
 * @param pairs of processes that it rests on. From one pair it is no more than that pair's own difference: half of all further pairs lie
 *     farther apart
 */
public record NoiseFloor(double factor, int pairs) {
    public static final NoiseFloor UNKNOWN = new NoiseFloor(Double.NaN, 0);

    public NoiseFloor {
        if (factor < 1) {
            throw new IllegalArgumentException("factor: " + factor + " (expected: at least 1)");
        }
    }

    /** From an A/A pair, one value for each process: as far as its interval reaches on either side of 1, or one pair's difference. */
    public static NoiseFloor of(double[] first, double[] second) {
        Interval ratio = Bootstrap.ratio(first, second);
        if (first.length == 1 && second.length == 1 && ratio.estimate() > 0) {
            return new NoiseFloor(Math.max(ratio.estimate(), 1 / ratio.estimate()), 1);
        }
        if (!ratio.isKnown() || ratio.low() <= 0) {
            return UNKNOWN;
        }
        int pairs = Math.min(first.length, second.length);
        return new NoiseFloor(Math.max(1, Math.max(ratio.high(), 1 / ratio.low())), pairs);
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

    /** Whether the whole range lies outside the band. */
    boolean isExceededBy(double low, double high) {
        return isKnown() && (low > factor || high < 1 / factor);
    }

    /** Whether the whole range lies inside the band. */
    boolean contains(double low, double high) {
        return isKnown() && low >= 1 / factor && high <= factor;
    }

    /** {@code noise ± 3.1 %}. */
    public String words() {
        if (!isKnown()) {
            return "noise not measured";
        }
        String band = String.format(Locale.ROOT, "noise ± %.1f %%", (factor - 1) * 100);
        return pairs == 1 ? band + " (one pair)" : band;
    }
}
