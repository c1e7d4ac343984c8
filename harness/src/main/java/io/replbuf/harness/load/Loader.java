package io.replbuf.harness.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Writes to a server: in open loop at intended times, in closed loop as fast as replies come.
 *
 * <p>{@link LoadCore} decides; this class lends it sockets and a thread. In-flight commands and unsent bytes are bounded, so a stalled
 * server costs the loader no memory. One event loop; commands and getters are safe for any thread.
 */
public final class Loader implements AutoCloseable {
    /** Unsent bytes per connection beyond which nothing is added. */
    private static final int HIGH_WATER_BYTES = 1 << 20;

    /** A replica that falls behind by 300 MB/s is stopped 300 KB late. */
    private static final long LAG_LOOK_MILLIS = 1;

    private final LoadOptions options;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final LoadCore core;
    private final Payload payload;
    private final LoaderConnection[] connections;
    private volatile boolean connected;
    private volatile boolean closing;

    private Loader(LoadOptions options, Transport transport) {
        this.options = options;
        this.group = transport.loops(1, "loader");
        this.loop = group.next();
        this.core = new LoadCore(options, new LoopClock(loop));
        this.payload = new Payload(options.seed(), options.valueBytes(), options.keys());
        this.connections = new LoaderConnection[options.connections()];
    }

    /** The machine's time, and the loader's event loop. */
    private record LoopClock(EventLoop loop) implements LoadClock {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    /**
     * Connects, and sends nothing yet.
     *
     * @throws IOException when the server does not take the connections
     */
    public static Loader connect(LoadOptions options, Transport transport) throws IOException {
        Loader loader = new Loader(options, transport);
        try {
            loader.openConnections(transport);
            return loader;
        } catch (IOException | RuntimeException e) {
            loader.close();
            throw e;
        }
    }

    private void openConnections(Transport transport) throws IOException {
        for (int i = 0; i < connections.length; i++) {
            LoaderConnection connection =
                    new LoaderConnection(
                            this, core, payload, options.count() > 0, options.password() != null);
            connections[i] = connection;
            Channel channel;
            try {
                channel =
                        new Bootstrap()
                                .group(loop)
                                .channel(transport.socketChannel())
                                .option(ChannelOption.TCP_NODELAY, true)
                                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5_000)
                                .option(
                                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                                        new WriteBufferWaterMark(
                                                HIGH_WATER_BYTES / 2, HIGH_WATER_BYTES))
                                .handler(connection)
                                .connect(options.address())
                                .syncUninterruptibly()
                                .channel();
            } catch (RuntimeException e) {
                throw new IOException(
                        "loader cannot connect to " + options.address() + ": " + e.getMessage(), e);
            }
            if (options.password() != null) {
                String auth =
                        "*2\r\n$4\r\nAUTH\r\n$"
                                + options.password().length()
                                + "\r\n"
                                + options.password()
                                + "\r\n";
                channel.writeAndFlush(Unpooled.copiedBuffer(auth, StandardCharsets.ISO_8859_1));
            }
        }
        connected = true;
    }

    /** Begins; in open loop the first write is meant to start at this {@link System#nanoTime}. */
    public void start(long startNanos) {
        loop.execute(() -> core.start(startNanos));
    }

    /** Sends nothing more; replies to what is in flight are still taken. */
    public void stop() {
        loop.execute(core::stop);
    }

    /** Sends nothing until told otherwise, and then goes on from the moment of being told: what was not asked for is not late. */
    public void rest(boolean still) {
        loop.execute(() -> core.rest(still));
    }

    /**
     * From now on so many writes are in flight per connection, each sent as soon as a reply makes room; 0 goes back to the schedule,
     * from this moment. Open loop only.
     */
    public void pipelined(int writes) {
        loop.execute(() -> core.pipelined(writes));
    }

    /**
     * Sends nothing while a replica is further behind than {@code limitBytes}, until it is less than half of that behind. To be
     * called once, before {@link #start}.
     *
     * @param lagBytes of the replica that is furthest behind; asked on the loader's event loop
     */
    public void waitForReplicas(LongSupplier lagBytes, long limitBytes) {
        loop.scheduleAtFixedRate(
                () -> core.look(lagBytes.getAsLong(), limitBytes),
                LAG_LOOK_MILLIS,
                LAG_LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** Bytes that each write adds to the stream. */
    public int commandBytes() {
        return payload.commandBytes();
    }

    /** Completes when the loader is stopped, or has sent its count, and all replies are here; fails when the load broke down. */
    public CompletableFuture<Void> done() {
        return core.done();
    }

    public LatencyRecorder response() {
        return core.response();
    }

    public LatencyRecorder service() {
        return core.service();
    }

    /** How late the loader itself was. */
    public LatencyRecorder delay() {
        return core.delay();
    }

    public long sent() {
        return core.sent();
    }

    /** Replies so far, errors among them. */
    public long answered() {
        return core.answered();
    }

    /** Error replies so far. */
    public long errors() {
        return core.errors();
    }

    /** The first error reply, or null. */
    public String firstError() {
        return core.firstError();
    }

    /** Why the load broke down, or null. */
    public String failure() {
        return core.failure();
    }

    @Override
    public void close() {
        closing = true;
        loop.submit(
                        () -> {
                            core.abandon();
                            for (LoaderConnection connection : connections) {
                                if (connection != null) {
                                    connection.close();
                                }
                            }
                        })
                .syncUninterruptibly();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** A connection broke. While connections are being opened or closed that is not the load's affair. */
    void failed(String why) {
        if (!closing && connected) {
            core.fail(why);
        }
    }
}
