package io.replbuf.primary;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicationBuffer;

/**
 * When {@code client-output-buffer-limit replica} is looked at, and what becomes of those beyond it. Command loop.
 *
 * <p>What a replica is charged with grows with the stream, so nobody is at a limit before the stream has grown by half of what the
 * largest has left: the work of a turn does not grow with the number of replicas that keep up.
 */
final class LimitChecks {
    /** Looks are no more frequent than this, a block's worth, as in Redis, and cron's. */
    private static final int EVERY_BYTES_MIN = 16 << 10;

    private final ReplicationBuffer buffer;
    private final Sessions sessions;
    private LimitConfig config;
    private OutputLimit limit;

    /** Where in the stream somebody may be at a limit again; 0 for now. */
    private long dueOffset;

    LimitChecks(ReplicationBuffer buffer, Sessions sessions, LimitConfig config) {
        this.buffer = buffer;
        this.sessions = sessions;
        configure(config);
    }

    void configure(LimitConfig changed) {
        config = changed;
        limit = buffer.limit(changed);
    }

    /** From how many output bytes on a replica may be dropped or demoted. */
    long nearestBytes() {
        return Math.min(config.nearestBytes(), limit.nearestBytes());
    }

    /**
     * @param logBytes most bytes that the log keeps behind a reader
     */
    Forecasts forecasts(long backlogBytes, long logBytes) {
        return new Forecasts(limit, config, backlogBytes, logBytes);
    }

    /** A cursor was opened, wherever in the stream. */
    void opened() {
        dueOffset = 0;
    }

    boolean isDue(long nextOffset) {
        return nextOffset >= dueOffset;
    }

    /** Looks at every replica, and concludes when the next look is due. The buffer's cursors are settled. */
    void look(long nextOffset, long nowMillis) {
        if (sessions.isEmpty()) {
            dueOffset = Long.MAX_VALUE;
            return;
        }
        long largest = sessions.closeExceeding(limit, config, nowMillis);
        long left = config.nearestBytes() - largest;
        dueOffset = nextOffset + Math.max(left / 2, EVERY_BYTES_MIN);
    }
}
