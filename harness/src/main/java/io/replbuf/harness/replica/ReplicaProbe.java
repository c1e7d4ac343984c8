package io.replbuf.harness.replica;

/**
 * What the server itself knows about its stream and its replicas, by listening port: the engine's mapped counters, or less for a
 * real Redis. Asked on the fleet's event loop, so no method may block.
 */
public interface ReplicaProbe {
    /** A server that says nothing. */
    ReplicaProbe NONE =
            new ReplicaProbe() {
                @Override
                public long primaryOffset() {
                    return -1;
                }

                @Override
                public long fileBytes(int listeningPort) {
                    return 0;
                }

                @Override
                public String closeCause(int listeningPort, long lagBytes) {
                    return "closed";
                }
            };

    /** Offset of the last byte fed, in Redis' sense, or -1 when nobody knows. */
    long primaryOffset();

    /** Bytes that the server has sent this replica from a file so far; 0 where it has no log. */
    long fileBytes(int listeningPort);

    /**
     * Why the server closed this replica's connection.
     *
     * @param lagBytes how far behind the replica was
     * @return limit, timeout, or closed when nothing is known
     */
    String closeCause(int listeningPort, long lagBytes);
}
