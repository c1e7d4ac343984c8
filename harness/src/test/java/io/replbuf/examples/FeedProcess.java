package io.replbuf.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.buffer.Strategies;
import io.replbuf.log.LogConfig;
import io.replbuf.log.LogEnv;
import io.replbuf.log.LogListener;
import io.replbuf.log.StreamLog;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** What the feed's process owns: loops, memory, the buffer, and a log where the strategy wants one. */
final class FeedProcess implements AutoCloseable {
    static final int MIB = 1 << 20;
    static final int BACKLOG_BYTES = 2 * MIB;
    static final int LIMIT_BYTES = 4 * MIB;

    private static final int BATCH_BYTES = 64 << 10;

    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final EventLoop writer = loops.next();
    private final Extents extents = new Extents(8L * Extent.BYTES, null);
    private final Accountant accountant = new Accountant();
    private final StreamLog log;
    private final ReplicationBuffer buffer;
    private final MarketDataFeed feed;
    private final List<FeedReader> readers = new ArrayList<>();
    private long nextOffset = 1;
    private long peakBytes;

    FeedProcess(String strategy, Path dir) throws IOException {
        ReplicationBufferFactory factory = Strategies.onClassPath().named(strategy);
        Map<String, String> options =
                factory.needsHistory()
                        ? Map.of("repl-buffer-window", Integer.toString(BACKLOG_BYTES))
                        : Map.of();
        log = factory.needsHistory() ? openLog(dir) : null;
        buffer =
                factory.create(
                        new BufferContext(
                                System::nanoTime,
                                extents,
                                accountant.account(Owner.REPLICATION),
                                Runnable::run,
                                log,
                                nextOffset,
                                BACKLOG_BYTES,
                                options));
        if (log != null) {
            log.start(buffer.open(nextOffset, CursorRole.LOG, log.loop()));
        }
        feed =
                new MarketDataFeed(
                        buffer, LIMIT_BYTES, writer, loops, log == null ? () -> {} : this::wakeLog);
    }

    private StreamLog openLog(Path dir) throws IOException {
        return StreamLog.open(
                LogConfig.of(Map.of("repl-log-segment-size", "4mb"), dir),
                LogEnv.of(accountant.account(Owner.LOG), writer::execute, LogListener.NONE),
                Replid.random(),
                nextOffset);
    }

    private void wakeLog() {
        if (log.wantsRoll(buffer.nextOffset())) {
            log.rollAt(buffer.nextOffset());
        }
        log.wake();
    }

    /** A client that takes what comes, from what is new on. */
    FeedReader connect() {
        return connect("", false);
    }

    FeedReader connect(String query, boolean stalled) {
        FeedReader reader = new FeedReader(feed.address(), query, stalled);
        readers.add(reader);
        return reader;
    }

    /** Publishes quotes, in batches, and never more than 1 MiB ahead of these clients and of the log. */
    void publish(int bytes, FeedReader... pace) {
        long end = nextOffset + bytes;
        while (nextOffset < end) {
            int batch = (int) Math.min(end - nextOffset, BATCH_BYTES);
            nextOffset =
                    feed.publish(Quotes.linesFrom(nextOffset, batch))
                            .syncUninterruptibly()
                            .getNow();
            peakBytes = Math.max(peakBytes, stats().retainedBytes());
            awaitWithin(MIB, pace);
        }
    }

    /** Until these clients have everything, and the log. */
    void awaitAll(FeedReader... pace) {
        awaitWithin(0, pace);
    }

    private void awaitWithin(long bytes, FeedReader... pace) {
        long least = nextOffset - bytes;
        for (FeedReader reader : pace) {
            await(() -> reader.offset() >= least);
        }
        await(() -> log == null || log.range().nextOffset() >= least);
    }

    static void await(BooleanSupplier condition) {
        if (condition.getAsBoolean()) {
            return;
        }
        Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(30))
                .until(condition::getAsBoolean);
    }

    long nextOffset() {
        return nextOffset;
    }

    /** The most that was held after any batch. */
    long peakBytes() {
        return peakBytes;
    }

    BufferStats stats() {
        return onWriter(buffer::stats);
    }

    boolean hasLog() {
        return log != null;
    }

    private <T> T onWriter(Callable<T> task) {
        return writer.submit(task).syncUninterruptibly().getNow();
    }

    @Override
    public void close() {
        feed.close();
        onWriter(
                () -> {
                    if (log != null) {
                        log.close();
                    }
                    buffer.close();
                    return null;
                });
        readers.forEach(FeedReader::abort);
        await(() -> extents.liveBytes() == 0 && accountant.usedBytes() == 0);
        if (log != null) {
            assertThat(log.stats().holds()).isZero();
        }
        extents.close();
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
