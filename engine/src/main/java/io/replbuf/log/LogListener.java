package io.replbuf.log;

/** Told of what happens on the log's threads; every method must return quickly. */
public interface LogListener {
    /** Listens to nothing; the log itself says in its lines what has become of it. */
    LogListener NONE = new LogListener() {};

    /**
     * Bytes below {@code writtenOffset} can be leased now. On the log's thread, after each of its batches.
     *
     * @param writtenOffset the first byte that cannot
     */
    default void written(long writtenOffset) {}

    /**
     * All bytes below {@code syncedOffset} survive a crash now. On the thread that forced them: one of the log's.
     *
     * @param syncedOffset the first byte that may not survive
     */
    default void synced(long syncedOffset) {}

    /**
     * The log is at its cap, and what it would drop is needed since the base: only a rewrite helps, see {@link
     * StreamLog#beginBase}. On the command loop; said again every minute for as long as it is so.
     */
    default void rewriteWanted() {}

    /**
     * The log has stopped: its coverage ends at its written offset. On the command loop.
     *
     * @param reason for people, one line
     */
    default void stopped(String reason) {}
}
