package io.replbuf.buffer;

/**
 * Judges how far a replica may fall behind.
 *
 * <p>A pure function: who keeps the clock and who carries the verdict out is the caller's affair.
 */
@FunctionalInterface
public interface OutputLimit {
    /**
     * @param outputBytes what {@link ReplicaCursor#outputBytes} says
     * @param aboveSoftMillis for how long the soft limit has been reached without a break, -1 if it is not
     */
    Verdict judge(long outputBytes, long aboveSoftMillis);

    /**
     * The least that the soft limit is taken for, now: a caller's clock starts when output bytes reach the larger of this
     * and {@link LimitConfig#softBytes}. 0 without a floor.
     */
    default long softFloorBytes() {
        return 0;
    }

    /**
     * From how many output bytes on a replica may be judged by something that is not {@linkplain LimitConfig configured}, now; a caller
     * that slows its writers down begins well before. Without such a thing, farther than a stream gets.
     */
    default long nearestBytes() {
        return Long.MAX_VALUE;
    }

    /**
     * For how long {@link Verdict#KILL} must have stood, look after look, before a replica goes that takes what it is owed; one
     * that has taken nothing for so long goes at once. 0, as in Redis, drops either at the first look, also for a single
     * value larger than the limit.
     */
    default int patienceMillis() {
        return 0;
    }

    /** What is to become of the replica. */
    enum Verdict {
        KEEP,
        KILL,
        /** Read from the log from now on: the caller tells the {@linkplain ReplicaCursor#demote() cursor}, and keeps it. */
        DEMOTE,
        /** Slow the writers down. */
        THROTTLE
    }
}
