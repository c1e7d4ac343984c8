package io.replbuf.harness.measure;

import java.util.List;

/**
 * What a server says about itself at the moment, by the names of the engine's counters; what it does not know is 0.
 *
 * <p>Reading never waits for the server, which may be stalled exactly when its numbers are interesting.
 */
public interface ServerCounters extends AutoCloseable {
    /** Names of all counters, in the order of {@link #read}; the memory series has a column for each. */
    List<String> names();

    /** Copies the present values. */
    void read(long[] into);

    /** One counter's present value, 0 when the server has none of that name. */
    long value(String name);

    /** What the server says about the replica with this listening port, or null when it says nothing. */
    Replica replica(int listeningPort);

    /** Why the values are no longer renewed, or null while they are. */
    default String failure() {
        return null;
    }

    @Override
    void close();

    /**
     * One replica as its server sees it.
     *
     * @param sentOffset first byte that its socket has not taken yet
     * @param ackedOffset last byte that it has acknowledged
     * @param fileBytes sent to it from files so far
     * @param limitDisconnections times that an output limit cut it off
     * @param inLog whether it is served from the log now
     * @param lossMillis until the server expects to lose it, -1 if it does not
     */
    record Replica(
            boolean connected,
            long sentOffset,
            long ackedOffset,
            long memoryBytes,
            long fileBytes,
            long limitDisconnections,
            boolean inLog,
            long lossMillis) {}
}
