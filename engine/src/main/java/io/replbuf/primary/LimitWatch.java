package io.replbuf.primary;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.buffer.ReplicaCursor;

/**
 * Keeps one replica's clocks for {@code client-output-buffer-limit replica}: since when it is above the soft limit, beyond either,
 * and since when it takes nothing.
 *
 * <p>Command loop. Knows no socket, so that a simulation judges as the server does.
 */
public final class LimitWatch {
    private long aboveSoftSinceMillis = -1;
    private long condemnedSinceMillis = -1;

    /** Since the first look at which it was owed something at this offset; -1 while it is owed nothing. */
    private long stuckSinceMillis = -1;

    private long stuckAtOffset;

    /**
     * Whether the replica has to go; one that is to read from the log is told so here. The soft timer starts at the first look
     * above the soft limit and is reset by the first look below it, as in Redis; so is that of the limit's {@linkplain
     * OutputLimit#patienceMillis() patience}.
     */
    public boolean exceeded(
            ReplicaCursor cursor, OutputLimit limit, LimitConfig config, long nowMillis) {
        long output = cursor.limitedBytes();
        boolean aboveSoft =
                config.softBytes() > 0
                        && output >= Math.max(config.softBytes(), limit.softFloorBytes());
        aboveSoftSinceMillis = since(aboveSoft, aboveSoftSinceMillis, nowMillis);
        long aboveMillis = aboveSoft ? nowMillis - aboveSoftSinceMillis : -1;
        Verdict verdict = limit.judge(output, aboveMillis);
        if (verdict == Verdict.DEMOTE) {
            cursor.demote();
        }
        watchProgress(cursor, nowMillis);
        condemnedSinceMillis = since(verdict == Verdict.KILL, condemnedSinceMillis, nowMillis);
        return verdict == Verdict.KILL && isDue(limit.patienceMillis(), nowMillis);
    }

    /** For how long the replica has been above the soft limit; -1 if it is not. */
    long aboveSoftMillis(long nowMillis) {
        return aboveSoftSinceMillis < 0 ? -1 : nowMillis - aboveSoftSinceMillis;
    }

    private void watchProgress(ReplicaCursor cursor, long nowMillis) {
        long offset = cursor.offset();
        if (offset != stuckAtOffset) {
            stuckAtOffset = offset;
            stuckSinceMillis = -1;
        }
        stuckSinceMillis = since(cursor.pendingBytes() > 0, stuckSinceMillis, nowMillis);
    }

    private boolean isDue(int patienceMillis, long nowMillis) {
        boolean stuck = stuckSinceMillis >= 0 && nowMillis - stuckSinceMillis >= patienceMillis;
        return stuck || nowMillis - condemnedSinceMillis >= patienceMillis;
    }

    private static long since(boolean holds, long sinceMillis, long nowMillis) {
        if (!holds) {
            return -1;
        }
        return sinceMillis < 0 ? nowMillis : sinceMillis;
    }
}
