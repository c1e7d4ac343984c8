package io.replbuf.harness.stats;

import io.replbuf.harness.scenario.SeedStream;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Intervals by resampling processes.
 *
 * <p>The process is the sample: what happens inside one is correlated, so its writes or seconds are never resampled. With the
 * five to seven processes of a suite the plain percentile interval is too narrow, because a resample's spread is smaller than
 * the truth's by (n - 1) / n and a normal quantile stands where Student's belongs; the percentiles are moved outwards for both
 * (Hesterberg 2015, "expanded percentile interval").
 */
public final class Bootstrap {
    static final int RESAMPLES = 10_000;

    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

    private Bootstrap() {}

    /**
     * Interval of the median over processes.
     *
     * @param values one for each process
     */
    public static Interval median(double[] values) {
        return of(values, Bootstrap::medianOf);
    }

    /** Interval of any statistic over processes. */
    static Interval of(double[] values, ToDoubleFunction<double[]> statistic) {
        requireFinite(values);
        double estimate = statistic.applyAsDouble(values);
        if (values.length < 2) {
            return Interval.unknown(estimate, values.length);
        }
        SeedStream stream = SeedStream.named(values.length, "bootstrap");
        double[] resample = new double[values.length];
        double[] statistics = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            for (int j = 0; j < resample.length; j++) {
                resample[j] = values[stream.nextInt(values.length)];
            }
            statistics[i] = statistic.applyAsDouble(resample);
        }
        return cut(estimate, statistics, values.length);
    }

    /**
     * Interval of the ratio of medians of two arms.
     *
     * <p>Repetition k of one arm ran beside repetition k of the other, so pairs are resampled where both have as many processes,
     * which takes out what the machine did to both; else each arm for itself.
     */
    public static Interval ratio(double[] numerator, double[] denominator) {
        requireFinite(numerator);
        requireFinite(denominator);
        double estimate = medianOf(numerator) / medianOf(denominator);
        int processes = Math.min(numerator.length, denominator.length);
        if (processes < 2 || Arrays.stream(denominator).anyMatch(value -> value <= 0)) {
            return Interval.unknown(estimate, processes);
        }
        boolean paired = numerator.length == denominator.length;
        SeedStream stream = SeedStream.named(processes, "bootstrap-ratio");
        double[] above = new double[numerator.length];
        double[] below = new double[denominator.length];
        double[] ratios = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            for (int j = 0; j < above.length; j++) {
                int pick = stream.nextInt(above.length);
                above[j] = numerator[pick];
                if (paired) {
                    below[j] = denominator[pick];
                }
            }
            for (int j = 0; j < below.length && !paired; j++) {
                below[j] = denominator[stream.nextInt(below.length)];
            }
            ratios[i] = medianOf(above) / medianOf(below);
        }
        return cut(estimate, ratios, processes);
    }

    private static Interval cut(double estimate, double[] statistics, int processes) {
        Arrays.sort(statistics);
        double tail = (1 - Interval.CONFIDENCE) / 2;
        double student =
                new TDistribution(null, processes - 1.0).inverseCumulativeProbability(1 - tail);
        double widened =
                NORMAL.cumulativeProbability(-student * Math.sqrt(processes / (processes - 1.0)));
        int skip = (int) Math.floor(widened * statistics.length);
        return new Interval(
                estimate, statistics[skip], statistics[statistics.length - 1 - skip], processes);
    }

    /** The middle value, or the mean of the two middle ones. */
    public static double medianOf(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static void requireFinite(double[] values) {
        if (values.length == 0 || !Arrays.stream(values).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(
                    "values: " + Arrays.toString(values) + " (expected: finite, at least one)");
        }
    }
}
