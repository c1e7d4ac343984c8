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
 * @param bufferBytes capacity and overhead per piece of what carries the stream now, without cursors, indexes and the books
 *     of allocators: what Redis counts in {@code mem_total_replication_buffers}
 * @param indexBytes for finding an offset's place; Redis counts it with the backlog
 * @param leasedBytes kept for dropped replicas alone, beyond what cursors and the backlog want
 * @param leases places of dropped replicas that are kept, a count
 * @param resumedLeases replicas that came back to a kept place since start, a count
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
        long copiedBytes,
        long bufferBytes,
        long indexBytes,
        long leasedBytes,
        int leases,
        long resumedLeases) {

    /** Of a strategy without index and leases, all of whose overhead belongs to the pieces that carry the stream. */
    public BufferStats(
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
        this(
                uniquePayloadBytes,
                duplicatedPayloadBytes,
                metadataBytes,
                slackBytes,
                retiredBytes,
                pinnedBytes,
                inFlightBytes,
                fileBytes,
                backlogBytes,
                mappedBytes,
                blocks,
                cursors,
                demotedCursors,
                demotions,
                handOffs,
                fedBytes,
                copiedBytes,
                uniquePayloadBytes + duplicatedPayloadBytes + metadataBytes + slackBytes,
                0,
                0,
                0,
                0);
    }

    /** What the comparison is about: capacity and overhead of everything held. */
    public long retainedBytes() {
        return uniquePayloadBytes
                + duplicatedPayloadBytes
                + metadataBytes
                + slackBytes
                + retiredBytes;
    }
}
