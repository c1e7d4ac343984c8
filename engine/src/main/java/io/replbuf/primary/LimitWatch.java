package io.replbuf.primary;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.buffer.ReplicaCursor;

/**
 * Keeps one replica's clock for {@code client-output-buffer-limit replica}: since when it is above the soft limit.
 *
 * <p>Command loop. Knows no socket, so that a simulation judges as the server does.
 */
public final class LimitWatch {
    private long aboveSoftSinceMillis = -1;

    /**
     * Whether the replica has to go; one that is to read from the log is told so here. The soft timer starts at the first look above the soft limit and is reset by the first
     * look below it, as in Redis.
     */
    public boolean exceeded(
            ReplicaCursor cursor, OutputLimit limit, LimitConfig config, long nowMillis) {
        long output = cursor.limitedBytes();
        boolean aboveSoft =
                config.softBytes() > 0
                        && output >= Math.max(config.softBytes(), limit.softFloorBytes());
        if (!aboveSoft) {
            aboveSoftSinceMillis = -1;
        } else if (aboveSoftSinceMillis < 0) {
            aboveSoftSinceMillis = nowMillis;
        }
        long aboveMillis = aboveSoft ? nowMillis - aboveSoftSinceMillis : -1;
        Verdict verdict = limit.judge(output, aboveMillis);
        if (verdict == Verdict.DEMOTE) {
            cursor.demote();
        }
        return verdict == Verdict.KILL;
    }
}
