package io.replbuf.harness.scenario;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Duration;

/**
 * A time, fixed or random.
 *
 * <p>In a file: {@code 2s}, or {@code {exponential: {mean: 2s}}}, {@code {uniform: {min, max}}}, {@code {lognormal: {median,
 * sigma}}}, {@code {weibull: {scale, shape}}}, {@code {pareto: {scale, shape}}}, the last four with a {@code max} if wanted.
 * A draw above max is cut to max. All are computed by inversion with {@link StrictMath}, so a seed gives the same events on
 * every machine.
 *
 * @param kind see {@link Kind}
 * @param scaleNanos the time; the least time of uniform and pareto; mean of exponential; median of lognormal; scale of weibull
 * @param shape upper end of uniform in nanoseconds; sigma of lognormal; shape of weibull and pareto; else 0
 * @param maxNanos what a draw is cut to
 */
@JsonDeserialize(using = DrawDeserializers.OfOne.class)
public record Draw(Kind kind, double scaleNanos, double shape, long maxNanos) {

    static final Duration LONGEST = Duration.ofDays(7);

    /** The distributions. */
    public enum Kind {
        CONSTANT,
        UNIFORM,
        EXPONENTIAL,
        LOGNORMAL,
        WEIBULL,
        PARETO
    }

    public Draw {
        Check.present("kind", kind);
        Check.range(
                "time in nanoseconds",
                scaleNanos,
                kind == Kind.UNIFORM ? 0.0 : 1.0,
                LONGEST.toNanos());
        switch (kind) {
            case UNIFORM -> Check.range("max in nanoseconds", shape, scaleNanos, LONGEST.toNanos());
            case LOGNORMAL -> Check.range("sigma", shape, 0.0, 10.0);
            case WEIBULL, PARETO -> Check.range("shape", shape, 0.01, 100.0);
            default -> Check.range("shape", shape, 0.0, 0.0);
        }
        Check.range("max in nanoseconds", maxNanos, 1, LONGEST.toNanos());
    }

    public static Draw constant(Duration time) {
        return new Draw(Kind.CONSTANT, time.toNanos(), 0, LONGEST.toNanos());
    }

    /** The next time from the given stream; constant takes nothing from it. */
    public Duration next(SeedStream stream) {
        double nanos =
                switch (kind) {
                    case CONSTANT -> scaleNanos;
                    case UNIFORM -> scaleNanos + (shape - scaleNanos) * stream.nextDouble();
                    case EXPONENTIAL -> -scaleNanos * StrictMath.log(1 - stream.nextDouble());
                    case LOGNORMAL -> scaleNanos * StrictMath.exp(shape * stream.nextGaussian());
                    case WEIBULL ->
                            scaleNanos
                                    * StrictMath.pow(
                                            -StrictMath.log(1 - stream.nextDouble()), 1 / shape);
                    case PARETO -> scaleNanos / StrictMath.pow(1 - stream.nextDouble(), 1 / shape);
                };
        return Duration.ofNanos((long) Math.min(nanos, maxNanos));
    }
}
