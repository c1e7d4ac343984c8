package io.replbuf.primary;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.primary.Forecast.Loss;

/**
 * Says when a replica is lost at the present rates.
 *
 * <pre>
 *   lag    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ bound: hard limit, soft limit and its seconds, window, the log's cap
 *                          ╱
 *                 now  ╱      slope: written minus taken per second, of the last looks
 *                  ╱
 *              ╱ └──── millis ───┘
 * </pre>
 *
 * A pure function. The bounds of a strategy are found by asking its limit at the offsets where one can stand.
 *
 * @param limit the strategy's reading of {@code config}
 * @param backlogBytes which may stand in for a lower limit
 * @param logBytes most bytes that the log keeps behind a reader; 0 without a log
 */
record Forecasts(OutputLimit limit, LimitConfig config, long backlogBytes, long logBytes) {
    private static final Next NEVER = new Next(Loss.NONE, Double.POSITIVE_INFINITY);

    /** An event and the milliseconds until then. */
    private record Next(Loss loss, double millis) {
        Next orSooner(Next other) {
            return other.millis < millis ? other : this;
        }
    }

    /**
     * @param cursor of the replica
     * @param aboveSoftMillis for how long it has been above the soft limit, -1 if it is not
     * @param growth of its lag, in bytes per second
     * @param resumes for the answer
     */
    Forecast of(ReplicaCursor cursor, long aboveSoftMillis, double growth, boolean resumes) {
        Next next =
                cursor.inLog()
                        ? reaches(Loss.OVERTAKEN, cursor.pendingBytes(), logBytes, growth)
                        : inMemory(cursor.limitedBytes(), aboveSoftMillis, growth);
        boolean none = next.loss() == Loss.NONE;
        return new Forecast(next.loss(), none ? -1 : (long) next.millis(), resumes);
    }

    private Next inMemory(long bytes, long aboveSoftMillis, double growth) {
        Next next = NEVER;
        long backlogOrHard = Math.max(config.hardBytes(), backlogBytes);
        long nearest = limit.nearestBytes();
        long beyondNearest = nearest == Long.MAX_VALUE ? nearest : nearest + 1;
        for (long at : new long[] {config.hardBytes(), backlogOrHard, nearest, beyondNearest}) {
            if (at > bytes && at < Long.MAX_VALUE) {
                next = next.orSooner(reaches(lossAt(at, -1), bytes, at, growth));
            }
        }
        return next.orSooner(softLimit(bytes, aboveSoftMillis, growth));
    }

    /** It has to be reached, and to hold for its seconds. */
    private Next softLimit(long bytes, long aboveMillis, double growth) {
        if (config.softBytes() == 0) {
            return NEVER;
        }
        long at = Math.max(config.softBytes(), limit.softFloorBytes());
        double holds = config.softSeconds() * 1000.0;
        Loss loss = lossAt(Math.max(at, bytes), Long.MAX_VALUE);
        if (bytes < at) {
            Next reached = reaches(loss, bytes, at, growth);
            return new Next(reached.loss(), reached.millis() + holds);
        }
        double left = Math.max(0, holds - Math.max(aboveMillis, 0));
        boolean staysAbove = bytes + growth * left / 1000 >= at;
        return loss == Loss.NONE || !staysAbove ? NEVER : new Next(loss, left);
    }

    private Loss lossAt(long bytes, long aboveSoftMillis) {
        Verdict verdict = limit.judge(bytes, aboveSoftMillis);
        return switch (verdict) {
            case KILL -> Loss.DROPPED;
            case DEMOTE -> Loss.DEMOTED;
            case KEEP, THROTTLE -> Loss.NONE;
        };
    }

    private static Next reaches(Loss loss, long bytes, long bound, double growth) {
        if (loss == Loss.NONE || bound == 0 || growth <= 0) {
            return NEVER;
        }
        return new Next(loss, Math.max(0, bound - bytes) * 1000.0 / growth);
    }
}
