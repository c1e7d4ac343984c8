package io.replbuf.harness.micro;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.buffer.Strategies;
import io.replbuf.log.LogConfig;
import io.replbuf.log.LogEnv;
import io.replbuf.log.LogListener;
import io.replbuf.log.StreamLog;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * A buffer of a strategy by name, as a server would have it, with its log in a folder of its own where the strategy needs one.
 *
 * <p>For the benchmark's thread, which is the command loop and every replica's loop at once; the log has its own threads.
 */
final class MicroBuffer implements AutoCloseable {
    /** What a log may be behind before a feed waits for it, as a server would hold writers back. */
    private static final long LOG_BEHIND_BYTES_MAX = 8 << 20;

    private static final long EXTENT_BYTES_MAX = 2L << 30;
    private static final long LOG_RETENTION_BYTES = 1L << 30;
    private static final int TRIM_BLOCKS = 64;

    private final ExecutorService helper =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "micro-helper");
                        thread.setDaemon(true);
                        return thread;
                    });
    private final Extents extents;
    private final ReplicationBuffer buffer;
    private final Path folder;
    private final StreamLog log;
    private final ReplicaCursor logCursor;

    MicroBuffer(String strategy, long backlogBytes) throws IOException {
        this(strategy, backlogBytes, LOG_RETENTION_BYTES, Map.of());
    }

    /**
     * @param options of the strategy, by the names that it describes
     */
    MicroBuffer(String strategy, long backlogBytes, Map<String, String> options)
            throws IOException {
        this(strategy, backlogBytes, LOG_RETENTION_BYTES, options);
    }

    /**
     * @param retentionBytes what its log keeps, where it has one
     * @param options of the strategy, by the names that it describes
     */
    MicroBuffer(
            String strategy, long backlogBytes, long retentionBytes, Map<String, String> options)
            throws IOException {
        // A backlog in extents, and as much again as the smallest benchmark needs beside it.
        extents = new Extents(Math.max(EXTENT_BYTES_MAX, backlogBytes + (1L << 30)), helper);
        ReplicationBufferFactory factory = Strategies.onClassPath().named(strategy);
        Accountant accountant = new Accountant();
        if (factory.needsHistory()) {
            folder = Files.createTempDirectory("replbuf-micro");
            // Bounded, and without fsync: the benchmark is about the buffer, not about this
            // machine's disk.
            Map<String, String> directives =
                    Map.of(
                            "appendfsync",
                            "no",
                            "repl-log-retention-bytes",
                            Long.toString(retentionBytes),
                            "repl-log-segment-size",
                            "64mb");
            log =
                    StreamLog.open(
                            LogConfig.of(directives, folder),
                            LogEnv.of(
                                    accountant.account(Owner.LOG), Runnable::run, LogListener.NONE),
                            Replid.random(),
                            1);
        } else {
            folder = null;
            log = null;
        }
        buffer =
                factory.create(
                        new BufferContext(
                                System::nanoTime,
                                extents,
                                accountant.account(Owner.REPLICATION),
                                helper,
                                log,
                                1,
                                backlogBytes,
                                options));
        logCursor = log == null ? null : buffer.open(1, CursorRole.LOG, log.loop());
        if (log != null) {
            log.start(logCursor);
        }
    }

    ReplicationBuffer buffer() {
        return buffer;
    }

    /** Native memory that the process holds for the buffer, what the helper has yet to unmap included. */
    long mappedBytes() {
        return extents.mappedBytes();
    }

    /** Opens a replica's cursor; its loop is the caller. */
    ReplicaCursor open(long offset) {
        ReplicaCursor cursor = buffer.open(offset, CursorRole.REPLICA, Runnable::run);
        if (cursor == null) {
            throw new IllegalStateException(
                    "offset: " + offset + " (expected: in " + buffer.coverage() + ")");
        }
        return cursor;
    }

    /** Feeds all of {@code command} and leaves it as it was. */
    void feed(ByteBuffer command) {
        buffer.feed(command);
        command.rewind();
    }

    /** Ends a turn, and waits where the log is too far behind. */
    void turn() {
        buffer.turn(TRIM_BLOCKS);
        if (log != null) {
            log.wake();
            while (logCursor.pendingBytes() > LOG_BEHIND_BYTES_MAX && log.writing()) {
                Thread.onSpinWait();
            }
        }
    }

    /** Feeds until {@code bytes} more have gone through. */
    void fill(ByteBuffer command, long bytes) {
        for (long fed = 0; fed < bytes; fed += command.capacity()) {
            feed(command);
            if (fed % (256 << 10) < command.capacity()) {
                turn();
            }
        }
        turn();
    }

    /** Takes everything that is pending from memory, as a socket without a limit would. */
    static long drain(ReplicaCursor cursor) {
        long taken = 0;
        for (ByteBuffer slice = cursor.next(256 << 10);
                slice != null;
                slice = cursor.next(256 << 10)) {
            int bytes = slice.remaining();
            cursor.advance(bytes);
            taken += bytes;
        }
        return taken;
    }

    @Override
    public void close() throws IOException {
        buffer.close();
        if (log != null) {
            log.close();
            delete(folder);
        }
        extents.close();
        helper.shutdown();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            List<Path> all = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : all) {
                Files.deleteIfExists(path);
            }
        }
    }
}
