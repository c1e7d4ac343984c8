package io.replbuf.harness.replica;

/**
 * How one simulated replica behaves.
 *
 * @param index in the cell, from 0; -1 for the control replica
 * @param listeningPort what it calls its port; distinct, since the server's counters go by it
 * @param receiveBufferBytes SO_RCVBUF, set before connecting so that the kernel does not enlarge it; 0 leaves it to the kernel
 * @param bytesPerSecond what it reads at most, 0 for no limit
 * @param latencyNanos one-way delay of its link, both ways
 * @param applyDelayNanos time between reading bytes and acknowledging them
 * @param reconnectNanos time between losing its link and asking again
 * @param checkEvery compares each so-manieth chunk of the stream; 1 for all, 0 for none. Only with 1 it looks for
 *     {@code REPLCONF GETACK}, which takes a pass over all bytes
 */
public record ReplicaOptions(
        int index,
        int listeningPort,
        int receiveBufferBytes,
        long bytesPerSecond,
        long latencyNanos,
        long applyDelayNanos,
        long reconnectNanos,
        int checkEvery) {

    /** Of the control replica, which nothing slows down. */
    static final int CONTROL_INDEX = -1;

    public ReplicaOptions {
        check("listeningPort", listeningPort, 1, 65_535);
        check("receiveBufferBytes", receiveBufferBytes, 0, 1 << 30);
        check("bytesPerSecond", bytesPerSecond, 0, 1L << 40);
        check("latencyNanos", latencyNanos, 0, 60_000_000_000L);
        check("applyDelayNanos", applyDelayNanos, 0, 3_600_000_000_000L);
        check("checkEvery", checkEvery, 0, 1 << 20);
        check("reconnectNanos", reconnectNanos, 1, 3_600_000_000_000L);
    }

    /** A replica on an unshaped link that checks all it reads. */
    public static ReplicaOptions plain(int index, int listeningPort) {
        return plain(index, listeningPort, 1);
    }

    /** The same with another {@code checkEvery}. */
    public static ReplicaOptions plain(int index, int listeningPort, int checkEvery) {
        return new ReplicaOptions(
                index, listeningPort, 256 << 10, 0, 0, 0, 500_000_000L, checkEvery);
    }

    private static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }
}
