package io.replbuf.harness.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.replbuf.harness.scenario.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Writes to a server: in open loop at intended times, in closed loop as fast as replies come.
 *
 * <p>In open loop a write that the server would not take in time stays in the schedule and is sent late: its response time counts from
 * when it was meant to start, its service time from when it was sent. What the loader itself is late by, while it could have sent,
 * is a third histogram. In-flight commands and unsent bytes are bounded, so a stalled server costs the loader no memory. One event
 * loop; commands and getters are safe for any thread.
 */
public final class Loader implements AutoCloseable {
    /** Open loop: commands in flight per connection, enough for 100 ms at 40,000 a second. */
    private static final int OPEN_WINDOW = 4_096;

    /** Unsent bytes per connection beyond which nothing is added. */
    private static final int HIGH_WATER_BYTES = 1 << 20;

    private static final int BATCH_BYTES = 64 << 10;

    /** Wake-ups closer than this cost more than they are worth: at 40,000 a second, four writes share one. */
    private static final long TICK_NANOS = 100_000;

    /** A replica that falls behind by 300 MB/s is stopped 300 KB late. */
    private static final long LAG_LOOK_MILLIS = 1;

    /** How many writes one turn may send before it lets replies in. */
    private static final int TURN_MAX = 512;

    private final LoadOptions options;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final Payload payload;
    private final LoaderConnection[] connections;
    private final LatencyRecorder response = new LatencyRecorder("client.response");
    private final LatencyRecorder service = new LatencyRecorder("client.service");
    private final LatencyRecorder delay = new LatencyRecorder("loader.delay");
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private Schedule schedule;
    private boolean begun;
    private boolean running;
    private boolean tickScheduled;
    private boolean inTurn;

    /**
     * From when the server had no room until the schedule is caught up with. What is due then is late on the server's account; the
     * loader's share is only the time since it could last have sent.
     */
    private boolean catchingUp;

    private long couldSendSince;

    private boolean blocked;
    private int nextConnection;
    private boolean connected;

    /** In a phase without load. */
    private boolean resting;

    /** While a replica is further behind than the limit. */
    private boolean waitingForReplicas;

    private volatile boolean closing;
    private volatile long sent;
    private volatile long answered;
    private volatile long errors;
    private volatile String firstError;
    private volatile String failure;

    private Loader(LoadOptions options, Transport transport) {
        this.options = options;
        this.group = transport.loops(1, "loader");
        this.loop = group.next();
        this.payload = new Payload(options.seed(), options.valueBytes(), options.keys());
        this.connections = new LoaderConnection[options.connections()];
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
        int window = options.mode() == Workload.Mode.OPEN ? OPEN_WINDOW : options.pipeline();
        for (int i = 0; i < connections.length; i++) {
            LoaderConnection connection =
                    new LoaderConnection(this, window, options.password() == null ? 0 : 1);
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
        loop.execute(
                () -> {
                    if (options.mode() == Workload.Mode.OPEN) {
                        schedule = schedule(startNanos);
                    }
                    running = true;
                    begun = true;
                    turn();
                });
    }

    /** Sends nothing more; replies to what is in flight are still taken. */
    public void stop() {
        loop.execute(
                () -> {
                    begun = true;
                    running = false;
                    finishIfIdle();
                });
    }

    /** Sends nothing until told otherwise, and then goes on from the moment of being told: what was not asked for is not late. */
    public void rest(boolean still) {
        loop.execute(
                () -> {
                    resting = still;
                    goOn();
                });
    }

    /**
     * Sends nothing while a replica is further behind than {@code limitBytes}, until it is less than half of that behind. To be
     * called once, before {@link #start}.
     *
     * @param lagBytes of the replica that is furthest behind; asked on the loader's event loop
     */
    public void waitForReplicas(LongSupplier lagBytes, long limitBytes) {
        loop.scheduleAtFixedRate(
                () -> {
                    long most = waitingForReplicas ? limitBytes / 2 : limitBytes;
                    boolean tooFar = lagBytes.getAsLong() > most;
                    if (tooFar != waitingForReplicas) {
                        waitingForReplicas = tooFar;
                        goOn();
                    }
                },
                LAG_LOOK_MILLIS,
                LAG_LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void goOn() {
        if (!running || resting || waitingForReplicas) {
            return;
        }
        if (schedule != null) {
            schedule = schedule(System.nanoTime());
        }
        blocked = false;
        catchingUp = false;
        turn();
    }

    private Schedule schedule(long startNanos) {
        return new Schedule(options.arrival(), options.ratePerSecond(), options.seed(), startNanos);
    }

    /** Bytes that each write adds to the stream. */
    public int commandBytes() {
        return payload.commandBytes();
    }

    /** Completes when the loader is stopped, or has sent its count, and all replies are here; fails when the load broke down. */
    public CompletableFuture<Void> done() {
        return done;
    }

    public LatencyRecorder response() {
        return response;
    }

    public LatencyRecorder service() {
        return service;
    }

    /** How late the loader itself was. */
    public LatencyRecorder delay() {
        return delay;
    }

    public long sent() {
        return sent;
    }

    /** Replies so far, errors among them. */
    public long answered() {
        return answered;
    }

    /** Error replies so far. */
    public long errors() {
        return errors;
    }

    /** The first error reply, or null. */
    public String firstError() {
        return firstError;
    }

    /** Why the load broke down, or null. */
    public String failure() {
        return failure;
    }

    @Override
    public void close() {
        closing = true;
        loop.submit(
                        () -> {
                            running = false;
                            for (LoaderConnection connection : connections) {
                                if (connection != null) {
                                    connection.close();
                                }
                            }
                        })
                .syncUninterruptibly();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Sends what is due and fits. Called on time, after replies, and when a socket takes bytes again. */
    void turn() {
        if (inTurn) {
            return;
        }
        if (!running) {
            finishIfIdle();
            return;
        }
        if (resting || waitingForReplicas) {
            return;
        }
        inTurn = true;
        long now = System.nanoTime();
        int budget = TURN_MAX;
        while (budget-- > 0 && running) {
            long intended = schedule == null ? now : schedule.next();
            if (intended - now > 0) {
                catchingUp = false;
                break;
            }
            LoaderConnection connection = withRoom();
            if (connection == null) {
                blocked = true;
                catchingUp = true;
                break;
            }
            if (blocked) {
                blocked = false;
                couldSendSince = now;
            }
            send(connection, intended, now);
            now = System.nanoTime();
        }
        for (LoaderConnection connection : connections) {
            connection.flush();
        }
        inTurn = false;
        if (running && !blocked) {
            scheduleTick(now);
        }
        finishIfIdle();
    }

    private void send(LoaderConnection connection, long intended, long now) {
        int commandBytes = payload.commandBytes();
        ByteBuf out = connection.command(intended, now, commandBytes, BATCH_BYTES);
        if (options.count() > 0) {
            payload.writeNext(out);
        } else {
            payload.writeRandom(out);
        }
        if (schedule != null) {
            schedule.advance();
            delay.record(now - (catchingUp ? Math.max(intended, couldSendSince) : intended));
            couldSendSince = now;
        }
        if (++sent == options.count()) {
            running = false;
        }
    }

    private LoaderConnection withRoom() {
        for (int i = 0; i < connections.length; i++) {
            LoaderConnection connection = connections[nextConnection];
            nextConnection = (nextConnection + 1) % connections.length;
            if (connection.hasRoom()) {
                return connection;
            }
        }
        return null;
    }

    private void scheduleTick(long now) {
        if (tickScheduled) {
            return;
        }
        tickScheduled = true;
        long due = schedule == null ? 0 : schedule.next() - now;
        Runnable tick =
                () -> {
                    tickScheduled = false;
                    turn();
                };
        if (due <= 0) {
            // The turn's budget is used up and more is due: replies first.
            loop.execute(tick);
        } else {
            loop.schedule(tick, Math.max(due, TICK_NANOS), TimeUnit.NANOSECONDS);
        }
    }

    /** A reply came; {@code errorLine} is null for +OK. */
    void answered(long intended, long sentAt, long now, String errorLine) {
        answered++;
        response.record(now - intended);
        service.record(now - sentAt);
        if (errorLine != null && errors++ == 0) {
            firstError = errorLine;
        }
    }

    void failed(String why) {
        if (closing || !connected) {
            return;
        }
        if (failure == null) {
            failure = "loader: " + why;
        }
        running = false;
        done.completeExceptionally(new IOException(failure));
    }

    private void finishIfIdle() {
        if (running || !begun) {
            return;
        }
        for (LoaderConnection connection : connections) {
            if (connection.inFlight() > 0) {
                return;
            }
        }
        done.complete(null);
    }
}
