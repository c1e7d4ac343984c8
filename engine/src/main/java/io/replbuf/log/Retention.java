package io.replbuf.log;

import java.util.concurrent.TimeUnit;

/**
 * Says how many of the oldest segments go.
 *
 * <p>A finished segment goes when the log is larger than {@code repl-log-retention-bytes}, or when it was finished more than
 * {@code repl-log-retention-seconds} ago, unless a reader holds any of it. It goes in spite of readers when all that the log
 * has on disk, files deleted but still being read included, is more than {@code repl-log-max-bytes}. It never goes while
 * start-up would load it: then the cap asks for a rewrite.
 *
 * <p>The log thread's, but for {@link #configure} and {@link #maxBytes}, which are any thread's.
 */
final class Retention {
    private volatile LogConfig config;

    Retention(LogConfig config) {
        this.config = config;
    }

    /** Other bounds from now on; all else of {@code changed} is not looked at. */
    void configure(LogConfig changed) {
        config = changed;
    }

    long maxBytes() {
        return config.maxBytes();
    }

    long retentionBytes() {
        return config.retentionBytes();
    }

    /** Whether there is more than should be kept for readers to come. */
    boolean isOver(long bytes) {
        return bytes > config.retentionBytes();
    }

    /**
     * @param liveBytes of the table's files
     * @param otherBytes of files set aside
     * @param deletedBytes of files deleted and still open
     * @param neededFrom no byte from here on may go, {@link Long#MAX_VALUE} if all may
     */
    int dropCount(
            SegmentTable table,
            long liveBytes,
            long otherBytes,
            long deletedBytes,
            Holds holds,
            long neededFrom,
            long nowNanos) {
        LogConfig config = this.config;
        long maxAgeNanos = TimeUnit.SECONDS.toNanos(config.retentionSeconds());
        long live = liveBytes;
        int drop = 0;
        // The last segment is being written.
        while (drop + 1 < table.size()) {
            Segment oldest = table.get(drop);
            if (oldest.nextOffset() > neededFrom) {
                break;
            }
            boolean overCap = live + otherBytes + deletedBytes > config.maxBytes();
            boolean tooMany = live + otherBytes > config.retentionBytes();
            boolean tooOld = maxAgeNanos > 0 && nowNanos - oldest.sealedNanos() > maxAgeNanos;
            boolean due = tooMany || tooOld;
            if (!overCap && !(due && !holds.anyBelow(oldest.nextOffset()))) {
                break;
            }
            live -= oldest.bytes();
            drop++;
        }
        return drop;
    }

    /** Whether the log is at its cap. */
    boolean isOverCap(long liveBytes, long otherBytes, long deletedBytes) {
        return liveBytes + otherBytes + deletedBytes > config.maxBytes();
    }

    /** Whether what was set aside, from {@code lastWrittenMillis}, goes. It is older than any segment and has no readers. */
    boolean dropsAside(
            long liveBytes,
            long asideBytes,
            long deletedBytes,
            long lastWrittenMillis,
            long nowMillis) {
        LogConfig config = this.config;
        return liveBytes + asideBytes > config.retentionBytes()
                || liveBytes + asideBytes + deletedBytes > config.maxBytes()
                || (config.retentionSeconds() > 0
                        && nowMillis - lastWrittenMillis
                                > TimeUnit.SECONDS.toMillis(config.retentionSeconds()));
    }
}
