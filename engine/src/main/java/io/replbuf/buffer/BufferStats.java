package io.replbuf.buffer;

/**
 * The memory ledger of a buffer; every number in bytes unless its name says otherwise.
 *
 * @param uniquePayloadBytes stream bytes held, each counted once
 * @param duplicatedPayloadBytes further copies of the same stream bytes
 * @param metadataBytes headers, nodes, tables, cursors
 * @param slackBytes capacity of held memory that carries no stream byte now: the tail's rest, the ring's free part
 * @param retiredBytes capacity that is off the chain and waits for a closing cursor's loop; not in the others
 * @param pinnedBytes from the slowest cursor that reads memory to the tail
 * @param inFlightBytes handed to a send that has not returned yet
 * @param fileBytes held in files; stands beside memory and is never added to it
 * @param backlogBytes stream bytes that a new cursor may ask for from memory
 * @param mappedBytes extents and other native memory behind all of it
 * @param blocks pieces of memory in the chain or queues, a count
 * @param cursors open cursors, a count
 * @param demotedCursors of them reading from the log, a count
 * @param demotions since start, a count
 * @param handOffs from the log back to memory since start, a count
 * @param fedBytes since start
 * @param copiedBytes payload moved in memory since start; per fed byte it is the copy amplification
 */
public record BufferStats(
        long uniquePayloadBytes,
        long duplicatedPayloadBytes,
        long metadataBytes,
        long slackBytes,
        long retiredBytes,
        long pinnedBytes,
        long inFlightBytes,
        long fileBytes,
        long backlogBytes,
        long mappedBytes,
        int blocks,
        int cursors,
        int demotedCursors,
        long demotions,
        long handOffs,
        long fedBytes,
        long copiedBytes) {

    /** What the comparison is about: capacity and overhead of everything held. */
    public long retainedBytes() {
        return uniquePayloadBytes
                + duplicatedPayloadBytes
                + metadataBytes
                + slackBytes
                + retiredBytes;
    }
}
