package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.ByteModel;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ModelReader;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.log.FailingFiles;
import io.replbuf.log.LogConfig;
import io.replbuf.log.LogEnv;
import io.replbuf.log.LogListener;
import io.replbuf.log.StreamLog;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/** The strategy on a real log in a folder, with the log's real threads; the test's thread is the command loop. */
final class LoggedBuffer {
    static final int BLOCK_BYTES = 4 << 10;

    final FailingFiles files = new FailingFiles();
    final Extents extents = new Extents(16L * Extent.BYTES, null);
    final Account account;
    final Account logAccount;
    final Queue<Runnable> commandLoop = new ConcurrentLinkedQueue<>();
    final List<ReplicaCursor> opened = new ArrayList<>();
    final ByteModel model;
    final long windowBytes;
    final StreamLog log;
    final AofPsyncBuffer buffer;

    /** The most that memory was ever seen at. */
    long peakBytes;

    LoggedBuffer(
            Path dir,
            ByteModel model,
            long startOffset,
            long windowBytes,
            Map<String, String> directives)
            throws IOException {
        this.model = model;
        this.windowBytes = windowBytes;
        Accountant accountant = new Accountant();
        account = accountant.account(Owner.REPLICATION);
        logAccount = accountant.account(Owner.LOG);
        Map<String, String> all = new HashMap<>();
        all.put("repl-buffer-window", Long.toString(windowBytes));
        all.put("repl-buffer-block-size", Integer.toString(BLOCK_BYTES));
        all.put("repl-log-segment-size", "64kb");
        all.put("repl-log-stall-millis", "60000");
        all.putAll(directives);
        log =
                StreamLog.open(
                        LogConfig.of(all, dir),
                        new LogEnv(
                                System::nanoTime,
                                System::currentTimeMillis,
                                logAccount,
                                commandLoop::add,
                                files,
                                new MappedIndex(),
                                LogListener.NONE),
                        Replid.random(),
                        startOffset);
        buffer =
                (AofPsyncBuffer)
                        new AofPsyncFactory()
                                .create(
                                        new BufferContext(
                                                System::nanoTime,
                                                extents,
                                                account,
                                                Runnable::run,
                                                log,
                                                startOffset,
                                                windowBytes,
                                                BufferOption.select(
                                                        all, new AofPsyncFactory().options())));
        log.start(buffer.open(startOffset, CursorRole.LOG, log.loop()));
    }

    /** One turn of a command loop: feeds, rolls where the log wants it, looks after the cursors, wakes the log. */
    void feed(int bytes) {
        if (log.wantsRoll(buffer.nextOffset())) {
            log.rollAt(buffer.nextOffset());
        }
        buffer.feed(model.bytes(buffer.nextOffset(), bytes));
        turn();
    }

    /** As a writer that a healthy disk can follow. */
    void feedPaced(int bytes, int piece) {
        for (int left = bytes; left > 0; left -= piece) {
            feed(Math.min(left, piece));
            while (log.writing() && log.stats().lagBytes() > windowBytes / 2) {
                LockSupport.parkNanos(20_000);
                turn();
            }
        }
    }

    void turn() {
        for (Runnable task = commandLoop.poll(); task != null; task = commandLoop.poll()) {
            task.run();
        }
        buffer.turn(64);
        log.wake();
        peakBytes = Math.max(peakBytes, buffer.stats().retainedBytes());
    }

    ModelReader open(long offset, Executor loop) {
        ReplicaCursor cursor = buffer.open(offset, CursorRole.REPLICA, loop);
        if (cursor == null) {
            return null;
        }
        opened.add(cursor);
        return new ModelReader(cursor, model);
    }

    BufferStats stats() {
        return buffer.stats();
    }

    /** Takes turns until the condition holds. */
    void await(Callable<Boolean> condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            turn();
                            return condition.call();
                        });
    }

    void awaitWritten() {
        await(() -> log.range().nextOffset() == buffer.nextOffset());
    }

    /**
     * @param runLoops lets the loops of the cursors run
     */
    void close(Runnable runLoops) {
        log.close();
        buffer.close();
        runLoops.run();
        for (Runnable task = commandLoop.poll(); task != null; task = commandLoop.poll()) {
            task.run();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> {
                            assertThat(opened).as("released").allMatch(ReplicaCursor::released);
                            assertThat(log.stats().leases()).as("leases").isZero();
                            assertThat(log.stats().openFiles()).as("open segments").isZero();
                            assertThat(extents.liveBytes()).as("extents").isZero();
                        });
        assertThat(log.stats().holds()).as("holds").isZero();
        assertThat(account.bytes()).as("replication account").isZero();
        assertThat(logAccount.bytes()).as("log account").isZero();
        extents.close();
    }
}
