package io.replbuf.harness.stats;

import io.replbuf.harness.scenario.Draw;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * When a replica that was away needs everything again: when more was written meanwhile than is still kept.
 *
 * <p>Kept ("cover") is the backlog under legacy and shared, under shared also what the slowest other replica pins, and the
 * retained log under aof-psync.
 */
public final class ResyncModel {
    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

    private ResyncModel() {}

    /** Length of an outage, in seconds, above which a resync is full at a constant write rate. */
    public static double thresholdSeconds(double coverBytes, double bytesPerSecond) {
        requireRate(bytesPerSecond);
        return coverBytes / bytesPerSecond;
    }

    /**
     * Probability that an outage ends in a full resync.
     *
     * @param otherwise probability that the histories do not match anyway, such as after a restart
     * @param coverBytes what is kept
     * @param bytesPerSecond at which the stream grows
     * @param outage distribution of the outage's length
     */
    public static double fullProbability(
            double otherwise, double coverBytes, double bytesPerSecond, Draw outage) {
        if (!(otherwise >= 0 && otherwise <= 1)) {
            throw new IllegalArgumentException("otherwise: " + otherwise + " (expected: 0 to 1)");
        }
        return otherwise
                + (1 - otherwise) * survival(outage, thresholdSeconds(coverBytes, bytesPerSecond));
    }

    /** Probability that a time drawn is longer than this. A time cut to its max is never longer than it. */
    static double survival(Draw draw, double seconds) {
        double nanos = seconds * 1e9;
        if (nanos >= draw.maxNanos()) {
            return 0;
        }
        double scale = draw.scaleNanos();
        double shape = draw.shape();
        return switch (draw.kind()) {
            case CONSTANT -> nanos < scale ? 1 : 0;
            case UNIFORM ->
                    nanos < scale ? 1 : nanos >= shape ? 0 : (shape - nanos) / (shape - scale);
            case EXPONENTIAL -> Math.exp(-nanos / scale);
            case LOGNORMAL ->
                    shape == 0
                            ? (nanos < scale ? 1 : 0)
                            : NORMAL.cumulativeProbability(-Math.log(nanos / scale) / shape);
            case WEIBULL -> Math.exp(-Math.pow(nanos / scale, shape));
            case PARETO -> nanos < scale ? 1 : Math.pow(scale / nanos, shape);
        };
    }

    /**
     * What must be kept so that an outage ends in a full resync no more often than wanted: the write rate times the outage's
     * quantile. Doubling memory divides the probability under a heavy tail by 2^shape only, which is the argument for disk.
     *
     * @param probability wanted, above 0 and below 1
     */
    public static double coverFor(double probability, double bytesPerSecond, Draw outage) {
        requireRate(bytesPerSecond);
        if (!(probability > 0 && probability < 1)) {
            throw new IllegalArgumentException(
                    "probability: " + probability + " (expected: above 0 and below 1)");
        }
        double scale = outage.scaleNanos();
        double shape = outage.shape();
        double nanos =
                switch (outage.kind()) {
                    case CONSTANT -> scale;
                    case UNIFORM -> shape - probability * (shape - scale);
                    case EXPONENTIAL -> -scale * Math.log(probability);
                    case LOGNORMAL ->
                            scale
                                    * Math.exp(
                                            -shape
                                                    * NORMAL.inverseCumulativeProbability(
                                                            probability));
                    case WEIBULL -> scale * Math.pow(-Math.log(probability), 1 / shape);
                    case PARETO -> scale * Math.pow(probability, -1 / shape);
                };
        return bytesPerSecond * Math.min(nanos, outage.maxNanos()) / 1e9;
    }

    private static void requireRate(double bytesPerSecond) {
        if (!(bytesPerSecond > 0)) {
            throw new IllegalArgumentException(
                    "bytesPerSecond: " + bytesPerSecond + " (expected: more than 0)");
        }
    }
}
