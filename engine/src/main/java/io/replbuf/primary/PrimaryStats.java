package io.replbuf.primary;

/**
 * Counters since start, or since {@code CONFIG RESETSTAT} where Redis resets them too.
 *
 * @param syncFull full resyncs asked for and accepted
 * @param syncPartialOk partial resyncs
 * @param syncPartialErr partial resyncs refused
 * @param limitDisconnections replicas dropped by an output limit
 * @param sendCalls calls that handed stream bytes from memory to a socket
 * @param sendBytes what those took
 * @param sendEagains how often a socket took less than it was offered
 * @param sendFileCalls file regions handed to a socket
 * @param sendFileBytes what those took
 * @param snapshotBytes RDB bytes sent to replicas
 * @param sendCopiedBytes of the sent ones, copied for channels that take no regions (TLS)
 * @param sendCopiesInFlight of those, handed to such a channel and not taken yet
 * @param loopMoves replicas' channels moved between a replica loop and a sender loop
 * @param taskFailures exceptions that a loop's task ended with; 0 in a healthy server
 */
public record PrimaryStats(
        long syncFull,
        long syncPartialOk,
        long syncPartialErr,
        long limitDisconnections,
        long sendCalls,
        long sendBytes,
        long sendEagains,
        long sendFileCalls,
        long sendFileBytes,
        long snapshotBytes,
        long sendCopiedBytes,
        long sendCopiesInFlight,
        long loopMoves,
        long taskFailures) {
    public long netReplOutputBytes() {
        return sendBytes + sendFileBytes + snapshotBytes;
    }
}
