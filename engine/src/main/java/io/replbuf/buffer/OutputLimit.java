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
     * @param aboveSoftMillis for how long {@link LimitConfig#softBytes} has been exceeded without a break, -1 if it is not
     */
    Verdict judge(long outputBytes, long aboveSoftMillis);

    /** What is to become of the replica. */
    enum Verdict {
        KEEP,
        KILL,
        /** Read from the log from now on. The buffer does this itself in its turn; a caller treats it as KEEP. */
        DEMOTE,
        /** Slow the writers down. */
        THROTTLE
    }
}
