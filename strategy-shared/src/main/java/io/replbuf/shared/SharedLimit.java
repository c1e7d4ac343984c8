package io.replbuf.shared;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import java.util.function.LongSupplier;

/**
 * Redis 7.0's output limit for replicas, with the soft limit floored like the hard one and with patience for a replica that takes
 * what it is owed, unless these are switched off.
 *
 * <p>A limit below the backlog would drop a replica for bytes that are kept anyway, and that it asks for again by its partial
 * resync: so it counts as the backlog, whose size is asked for at each verdict.
 */
final class SharedLimit implements OutputLimit {
    private final LimitConfig config;
    private final LongSupplier backlogBytes;
    private final boolean softFloor;
    private final int patienceMillis;

    SharedLimit(
            LimitConfig config, LongSupplier backlogBytes, boolean softFloor, int patienceMillis) {
        this.config = config;
        this.backlogBytes = backlogBytes;
        this.softFloor = softFloor;
        this.patienceMillis = patienceMillis;
    }

    @Override
    public Verdict judge(long outputBytes, long aboveSoftMillis) {
        long backlog = backlogBytes.getAsLong();
        if (config.hardBytes() > 0 && outputBytes >= Math.max(config.hardBytes(), backlog)) {
            return Verdict.KILL;
        }
        boolean aboveSoft =
                config.softBytes() > 0
                        && outputBytes >= Math.max(config.softBytes(), softFloorBytes());
        return aboveSoft && aboveSoftMillis > config.softSeconds() * 1000L
                ? Verdict.KILL
                : Verdict.KEEP;
    }

    @Override
    public long softFloorBytes() {
        return softFloor ? backlogBytes.getAsLong() : 0;
    }

    @Override
    public int patienceMillis() {
        return patienceMillis;
    }
}
