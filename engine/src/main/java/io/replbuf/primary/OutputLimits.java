package io.replbuf.primary;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.OutputLimit.Verdict;

/** Keeps the clock for {@code client-output-buffer-limit replica}: when each session went above the soft limit. */
final class OutputLimits {
    private OutputLimits() {}

    /**
     * Whether the session has to go. The soft timer starts at the first look above the soft limit and is reset by the first
     * look below it, as in Redis. Command loop.
     */
    static boolean exceeded(
            ReplicaSession session, OutputLimit limit, LimitConfig config, long nowMillis) {
        long output = session.cursor.limitedBytes();
        boolean aboveSoft =
                config.softBytes() > 0
                        && output >= Math.max(config.softBytes(), limit.softFloorBytes());
        if (!aboveSoft) {
            session.aboveSoftSinceMillis = -1;
        } else if (session.aboveSoftSinceMillis < 0) {
            session.aboveSoftSinceMillis = nowMillis;
        }
        long aboveMillis = aboveSoft ? nowMillis - session.aboveSoftSinceMillis : -1;
        return limit.judge(output, aboveMillis) == Verdict.KILL;
    }
}
