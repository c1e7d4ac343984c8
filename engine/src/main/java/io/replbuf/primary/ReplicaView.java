package io.replbuf.primary;

/**
 * A replica as CLIENT LIST, ROLE and INFO show it.
 *
 * @param clientId the connection's id
 * @param address {@code ip:port} of the connection
 * @param ip the address that it replicates under
 * @param listeningPort the port that it said it listens on
 * @param state {@code wait_bgsave}, {@code send_bulk} or {@code online}
 * @param ackedOffset last ACK, in Redis' numbering
 * @param ackAgeMillis time since the last ACK, or other sign of life
 * @param sentOffset next byte that the socket has not taken, 0 before the stream starts
 * @param outputBlocks CLIENT LIST's oll
 * @param outputBytes CLIENT LIST's omem
 * @param inLog whether it is sent to from the log at present
 */
public record ReplicaView(
        long clientId,
        String address,
        String ip,
        int listeningPort,
        String state,
        long ackedOffset,
        long ackAgeMillis,
        long sentOffset,
        int outputBlocks,
        long outputBytes,
        boolean inLog) {}
