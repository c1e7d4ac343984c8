package io.replbuf.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.FileSlice;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Owner;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** A log over an array; the test's thread is the command loop, its tasks run when the test says so. */
final class LogFixture {
    static final Replid REPLID = new Replid("0123456789abcdef0123456789abcdef01234567");
    static final long START = 51;

    final byte[] stream;
    final Map<String, String> directives = new HashMap<>();
    Supplier<StreamIndex> index = StreamIndex::inMemory;
    final FailingFiles files = new FailingFiles();
    final AtomicLong nanos = new AtomicLong(1);
    final AtomicLong millis = new AtomicLong(System.currentTimeMillis());
    final AtomicLong toldSynced = new AtomicLong();
    final Account account = new Accountant().account(Owner.LOG);
    final Queue<Runnable> commandLoop = new ConcurrentLinkedQueue<>();
    final AtomicLong toldRewriteWanted = new AtomicLong();
    volatile String toldStopped;
    private final Path dir;
    StreamLog log;
    ArrayCursor cursor;
    private long fed = START;

    LogFixture(Path dir, int streamBytes) {
        this(dir, new byte[streamBytes]);
        new Random(7).nextBytes(stream);
    }

    LogFixture(Path dir, byte[] stream) {
        this.dir = dir;
        this.stream = stream;
        directives.put("repl-log-segment-size", "4kb");
        directives.put("repl-log-retention-bytes", "1gb");
    }

    LogFixture with(String name, String value) {
        directives.put(name, value);
        return this;
    }

    LogFixture open() throws IOException {
        log = StreamLog.open(config(), env(), REPLID, START);
        cursor = new ArrayCursor(stream, START, START, log.loop());
        log.start(cursor);
        return this;
    }

    RecoveredLog recover() throws IOException {
        return StreamLog.recover(config(), env());
    }

    /** Continues what was found at this offset. */
    LogFixture resume(long nextOffset, Replid replid) throws IOException {
        log = recover().resume(nextOffset, replid);
        fed = nextOffset;
        cursor = new ArrayCursor(stream, START, nextOffset, log.loop());
        log.start(cursor);
        return this;
    }

    /** Feeds whole commands, a segment for each of the stream's SELECTs from {@code segmentBytes} on. */
    LogFixture feed(CommandStream commands, long nextOffset, int segmentBytes) {
        long segmentStart = fed;
        for (CommandStream.Boundary boundary : commands.boundaries) {
            if (boundary.offset() <= fed || boundary.offset() > nextOffset) {
                continue;
            }
            if (commands.selects.contains(fed) && fed - segmentStart >= segmentBytes) {
                log.rollAt(fed);
                segmentStart = fed;
            }
            log.mark(fed, commands.last(fed).db());
            fed = boundary.offset();
            cursor.publish(fed);
        }
        log.wake();
        return this;
    }

    LogConfig config() {
        return LogConfig.of(directives, dir);
    }

    LogEnv env() {
        return new LogEnv(
                nanos::get,
                millis::get,
                account,
                commandLoop::add,
                files,
                index.get(),
                new LogListener() {
                    @Override
                    public void synced(long syncedOffset) {
                        toldSynced.set(syncedOffset);
                    }

                    @Override
                    public void rewriteWanted() {
                        toldRewriteWanted.incrementAndGet();
                    }

                    @Override
                    public void stopped(String reason) {
                        toldStopped = reason;
                    }
                });
    }

    /** Feeds bytes in steps as a command loop would, asking for rolls. */
    LogFixture feed(int bytes, int step) {
        for (int left = bytes; left > 0; left -= step) {
            if (log.wantsRoll(fed)) {
                log.rollAt(fed);
            }
            fed += Math.min(step, left);
            cursor.publish(fed);
            log.wake();
        }
        return this;
    }

    long fed() {
        return fed;
    }

    void awaitWritten() {
        await(() -> log.range().nextOffset() == fed);
    }

    void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            log.loop().execute(() -> {});
                            runCommandLoop();
                            return condition.call();
                        });
    }

    void runCommandLoop() {
        for (Runnable task = commandLoop.poll(); task != null; task = commandLoop.poll()) {
            task.run();
        }
    }

    /** Reads [from, to) through leases and compares. */
    void check(long from, long to) throws IOException {
        long at = from;
        while (at < to) {
            try (FileSlice slice = log.lease(at, 1500)) {
                assertThat(slice).as("lease at " + at).isNotNull();
                ByteBuffer read = ByteBuffer.allocate(slice.count());
                while (read.hasRemaining()) {
                    int n = slice.channel().read(read, slice.position() + read.position());
                    assertThat(n).isPositive();
                }
                int index = (int) (at - START);
                assertThat(ByteBuffer.wrap(stream, index, slice.count()).mismatch(read.flip()))
                        .as("first wrong byte from " + at)
                        .isEqualTo(-1);
                at += slice.count();
            }
        }
    }

    void close() {
        if (log != null) {
            log.close();
            runCommandLoop();
            assertThat(log.stats().openFiles()).as("open files").isZero();
            assertThat(log.stats().leases()).as("leases").isZero();
            assertThat(log.stats().holds()).as("holds").isZero();
            assertThat(log.stats().deletedBytes()).as("deleted bytes").isZero();
            assertThat(account.bytes()).as("account").isZero();
        }
    }
}
