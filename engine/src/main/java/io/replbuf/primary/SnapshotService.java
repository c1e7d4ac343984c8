package io.replbuf.primary;

import io.replbuf.stream.Replid;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** The server's one snapshot at a time, as full resyncs use it. Command loop only. */
public interface SnapshotService {
    /** Whether a snapshot of any kind is running: a new one cannot begin. */
    boolean busy();

    /** Whether a file in the making is wanted although no replica waits for it any more: there are save points. */
    boolean keepsFiles();

    /** A number that moves as long as a snapshot that is under way does, and when one begins. */
    long progress();

    /** The part of the snapshot under way that is written, 0 to 1; 0 without one. */
    double part();

    /**
     * Begins a snapshot of this moment into {@code target}, which may block its writer: that is the back-pressure.
     *
     * @param rdbVersion 9 to 11
     * @return null if it could not begin
     */
    Running toChannel(WritableByteChannel target, int rdbVersion, Aux aux, Listener listener);

    /** Begins a snapshot of this moment into the RDB file, as BGSAVE would. */
    Running toFile(int rdbVersion, Aux aux, Listener listener);

    /** What the snapshot says of the stream. */
    record Aux(int streamDb, Replid replid, long redisOffset) {}

    /** A snapshot under way. */
    interface Running {
        /** Ends it within a slice; the listener hears of a failure. */
        void abort();

        /** Whether it is being ended, by {@link #abort} or by others: no replica should begin to wait for it. */
        boolean aborted();
    }

    /** Told once, on the command loop. */
    interface Listener {
        /**
         * @param file where the RDB lies, null when it went to a channel
         * @param error why it failed, null when it did not
         */
        void finished(Path file, String error);
    }
}
