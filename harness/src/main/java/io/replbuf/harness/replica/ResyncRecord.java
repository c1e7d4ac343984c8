package io.replbuf.harness.replica;

/**
 * One attach of one replica: what it asked for, what it got, and how long that took.
 *
 * @param nanos {@link System#nanoTime} as it asked
 * @param replica index
 * @param kind full or partial
 * @param source where the primary took the missing bytes from; snapshot for a full resync
 * @param cause why it had to ask: initial, join, disconnect, reset-peer, limit, closed, timeout, …
 * @param requestedOffset first byte that it asked for, -1 for none
 * @param startOffset first byte of the stream that it was given
 * @param outageMillis since it lost its link, -1 when it had none
 * @param missingBytes what it lacked of the stream as it was answered, -1 when it had no history
 * @param bytes transferred until it had caught up: of the snapshot, or of the stream
 * @param fileBytes of these, sent from the log as the engine counts; 0 where the server does not count
 * @param durationMillis from asking to having the offset at which the primary stood when it answered
 * @param firstByteMillis from asking to the first byte of snapshot or stream, -1 when none was owed
 * @param replyMillis from asking to the primary's answer
 * @param complete false when the link was lost before that
 */
public record ResyncRecord(
        long nanos,
        int replica,
        Kind kind,
        Source source,
        String cause,
        long requestedOffset,
        long startOffset,
        double outageMillis,
        long missingBytes,
        long bytes,
        long fileBytes,
        double durationMillis,
        double firstByteMillis,
        double replyMillis,
        boolean complete) {

    /** Whether the primary had to begin anew. */
    public enum Kind {
        FULL,
        PARTIAL
    }

    /** Where the missing bytes came from. */
    public enum Source {
        SNAPSHOT,
        MEMORY,
        LOG
    }
}
