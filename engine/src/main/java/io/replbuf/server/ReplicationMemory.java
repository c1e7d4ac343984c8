package io.replbuf.server;

import io.replbuf.buffer.BufferStats;
import io.replbuf.primary.Primary;

/**
 * INFO's figures of replication memory, by Redis 7's rules over what the strategy retains.
 *
 * @param totalBytes {@code mem_total_replication_buffers}
 * @param backlogBytes {@code mem_replication_backlog}: what the backlog alone would hold, and its index
 * @param replicasBytes {@code mem_clients_slaves}: what is held beyond that for replicas' sake
 * @param notCountedForEvictBytes held beyond the backlog's size and overhead, whether replicas are there or not
 */
record ReplicationMemory(
        long totalBytes, long backlogBytes, long replicasBytes, long notCountedForEvictBytes) {
    /** Redis' estimate of the backlog's overhead: a header for each block of 16 KiB. */
    private static final int BLOCK_BYTES = 16 * 1024;

    private static final int BLOCK_HEADER_BYTES = 64;

    static ReplicationMemory of(Primary primary) {
        BufferStats stats = primary.bufferStats();
        long total = stats.bufferBytes();
        long size = primary.config().backlogBytes();
        boolean replicas = primary.connectedReplicas() > 0;
        long beyond = replicas ? Math.max(0, total - size) : 0;
        long withOverhead = size + (size / BLOCK_BYTES + 1) * BLOCK_HEADER_BYTES;
        return new ReplicationMemory(
                total,
                primary.backlogActive() ? total - beyond + stats.indexBytes() : 0,
                beyond,
                total > size ? Math.max(0, total - withOverhead) : 0);
    }
}
