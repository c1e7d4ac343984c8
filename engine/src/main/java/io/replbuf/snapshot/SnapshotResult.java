package io.replbuf.snapshot;

/**
 * How a snapshot ended.
 *
 * @param outcome whether all of it was written (and, to a file, made durable under its name)
 * @param reason what went wrong and where, fit for a log line; null when nothing did
 * @param keys keys written
 * @param bytes bytes written: when complete, the length of the RDB
 */
public record SnapshotResult(Outcome outcome, String reason, long keys, long bytes) {
    /** The three ways to end. */
    public enum Outcome {
        /** The snapshot is whole. */
        COMPLETE,
        /** The world or a limit was in the way. */
        FAILED,
        /** Somebody asked for it. */
        ABORTED
    }

    public boolean complete() {
        return outcome == Outcome.COMPLETE;
    }
}
