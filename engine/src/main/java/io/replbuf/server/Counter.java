package io.replbuf.server;

import java.util.Locale;

/**
 * What the engine publishes in {@link CounterFile}, in the order of the file. Bytes, counts and offsets as the names say;
 * offsets are those of INFO.
 */
public enum Counter {
    PUBLISH_NANOS,
    PUBLISH_WALL_MILLIS,
    PRIMARY_OFFSET,
    BACKLOG_START_OFFSET,
    FED_BYTES,
    COPIED_BYTES,
    BUF_UNIQUE,
    BUF_DUPLICATED,
    BUF_METADATA,
    BUF_SLACK,
    BUF_RETIRED,
    BUF_PINNED,
    BUF_IN_FLIGHT,
    BUF_FILE,
    BUF_BACKLOG,
    BUF_MAPPED,
    BUF_BLOCKS,
    BUF_CURSORS,
    BUF_DEMOTED,
    DEMOTIONS,
    HAND_OFFS,
    MEM_KEYSPACE,
    MEM_CLIENTS,
    MEM_REPLICATION,
    MEM_LOG,
    MEM_SNAPSHOT,
    MEM_USED,
    EXTENTS_LIVE,
    EXTENTS_MAPPED,
    PIECES_LIVE,
    HEAP_USED,
    HEAP_COMMITTED,
    HEAP_AFTER_GC,
    NONHEAP_USED,
    DIRECT_USED,
    NETTY_DIRECT,
    GC_COUNT,
    GC_PAUSE_NANOS,
    REPLICAS_CONNECTED,
    SYNC_FULL,
    SYNC_PARTIAL_OK,
    SYNC_PARTIAL_ERR,
    LIMIT_DISCONNECTIONS,
    SEND_CALLS,
    SEND_BYTES,
    SEND_EAGAIN,
    SEND_FILE_CALLS,
    SEND_FILE_BYTES,
    LONGEST_TURN_NANOS,
    COMMANDS_PROCESSED,
    KEYS,
    LOG_SEGMENTS,
    LOG_WRITTEN_OFFSET,
    LOG_SYNCED_OFFSET,
    LOG_START_OFFSET,
    SNAPSHOTS,
    CPU_COMMAND_LOOP_NANOS;

    private final String text = name().toLowerCase(Locale.ROOT);

    /** The name in the file. */
    public String text() {
        return text;
    }
}
