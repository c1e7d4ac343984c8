package io.replbuf.server;

import io.replbuf.buffer.BufferStats;
import io.replbuf.log.StreamLogStats;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.primary.Primary;
import io.replbuf.primary.PrimaryStats;
import io.replbuf.stream.RedisOffsets;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;

/**
 * Fills the counter file: at the end of a turn when the last time is long enough ago, and by a timer while nothing happens.
 * Command loop only.
 */
final class CounterPublisher implements AutoCloseable {
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long IDLE_MILLIS = 50;

    private final CommandLoop server;
    private final Extents extents;
    private final CounterFile file;
    private final JvmMeters jvm = new JvmMeters();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long lastNanos;
    private long lastJvmNanos;

    CounterPublisher(CommandLoop server, Extents extents, CounterFile file) {
        this.server = server;
        this.extents = extents;
        this.file = file;
    }

    void start() {
        publish(System.nanoTime());
        server.loop()
                .scheduleAtFixedRate(
                        () -> publish(System.nanoTime()),
                        IDLE_MILLIS,
                        IDLE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    void endOfTurn() {
        long now = System.nanoTime();
        if (now - lastNanos >= BUSY_NANOS) {
            publish(now);
        }
    }

    private void publish(long now) {
        lastNanos = now;
        stream();
        buffer(server.primary().bufferStats());
        memory();
        replicas(server.primary().stats());
        log(server.primary().logStats());
        file.set(Counter.LONGEST_TURN_NANOS, server.stats().longestTurnNanos);
        file.set(Counter.COMMANDS_PROCESSED, server.stats().commands);
        file.set(Counter.KEYS, server.keyspace().keyCount());
        file.set(Counter.SNAPSHOTS, server.snapshots().snapshots());
        file.set(Counter.CPU_COMMAND_LOOP_NANOS, threads.getCurrentThreadCpuTime());
        if (now - lastJvmNanos >= TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS)) {
            lastJvmNanos = now;
            jvm.publish(file);
        }
        file.set(Counter.PUBLISH_WALL_MILLIS, System.currentTimeMillis());
        file.set(Counter.PUBLISH_NANOS, now);
    }

    private void stream() {
        Primary primary = server.primary();
        file.set(Counter.PRIMARY_OFFSET, primary.primaryOffset());
        file.set(
                Counter.BACKLOG_START_OFFSET,
                RedisOffsets.toRedis(primary.coverage().startOffset()));
    }

    private void buffer(BufferStats stats) {
        file.set(Counter.FED_BYTES, stats.fedBytes());
        file.set(Counter.COPIED_BYTES, stats.copiedBytes());
        file.set(Counter.BUF_UNIQUE, stats.uniquePayloadBytes());
        file.set(Counter.BUF_DUPLICATED, stats.duplicatedPayloadBytes());
        file.set(Counter.BUF_METADATA, stats.metadataBytes());
        file.set(Counter.BUF_SLACK, stats.slackBytes());
        file.set(Counter.BUF_RETIRED, stats.retiredBytes());
        file.set(Counter.BUF_PINNED, stats.pinnedBytes());
        file.set(Counter.BUF_IN_FLIGHT, stats.inFlightBytes());
        file.set(Counter.BUF_FILE, stats.fileBytes());
        file.set(Counter.BUF_BACKLOG, stats.backlogBytes());
        file.set(Counter.BUF_MAPPED, stats.mappedBytes());
        file.set(Counter.BUF_BLOCKS, stats.blocks());
        file.set(Counter.BUF_CURSORS, stats.cursors());
        file.set(Counter.BUF_DEMOTED, stats.demotedCursors());
        file.set(Counter.DEMOTIONS, stats.demotions());
        file.set(Counter.HAND_OFFS, stats.handOffs());
    }

    private void memory() {
        Accountant accountant = server.accountant();
        file.set(Counter.MEM_KEYSPACE, accountant.account(Owner.KEYSPACE).bytes());
        file.set(Counter.MEM_CLIENTS, accountant.account(Owner.CLIENTS).bytes());
        file.set(Counter.MEM_REPLICATION, accountant.account(Owner.REPLICATION).bytes());
        file.set(Counter.MEM_LOG, accountant.account(Owner.LOG).bytes());
        file.set(Counter.MEM_SNAPSHOT, accountant.account(Owner.SNAPSHOT).bytes());
        file.set(Counter.MEM_USED, accountant.usedBytes());
        file.set(Counter.EXTENTS_LIVE, extents.liveBytes());
        file.set(Counter.EXTENTS_MAPPED, extents.mappedBytes());
        file.set(Counter.PIECES_LIVE, extents.pieceBytes());
    }

    private void replicas(PrimaryStats stats) {
        file.set(Counter.REPLICAS_CONNECTED, server.primary().connectedReplicas());
        file.set(Counter.SYNC_FULL, stats.syncFull());
        file.set(Counter.SYNC_PARTIAL_OK, stats.syncPartialOk());
        file.set(Counter.SYNC_PARTIAL_ERR, stats.syncPartialErr());
        file.set(Counter.LIMIT_DISCONNECTIONS, stats.limitDisconnections());
        file.set(Counter.SEND_CALLS, stats.sendCalls());
        file.set(Counter.SEND_BYTES, stats.sendBytes());
        file.set(Counter.SEND_EAGAIN, stats.sendEagains());
        file.set(Counter.SEND_FILE_CALLS, stats.sendFileCalls());
        file.set(Counter.SEND_FILE_BYTES, stats.sendFileBytes());
    }

    /** Of strategies without a log the numbers stay at 0. */
    private void log(StreamLogStats stats) {
        if (stats != null) {
            file.set(Counter.LOG_SEGMENTS, stats.segments());
            file.set(Counter.LOG_WRITTEN_OFFSET, RedisOffsets.toRedis(stats.writtenOffset()));
            file.set(Counter.LOG_SYNCED_OFFSET, RedisOffsets.toRedis(stats.syncedOffset()));
            file.set(Counter.LOG_START_OFFSET, RedisOffsets.toRedis(stats.startOffset()));
        }
    }

    @Override
    public void close() {
        jvm.close();
    }
}
