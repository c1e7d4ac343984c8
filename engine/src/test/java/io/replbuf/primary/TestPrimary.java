package io.replbuf.primary;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.resp.ProtocolException;
import io.replbuf.resp.Request;
import io.replbuf.resp.RespDecoder;
import io.replbuf.resp.RespLimits;
import io.replbuf.resp.RespWriter;
import io.replbuf.stream.History;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.awaitility.Awaitility;

/** A primary on real sockets, with an array for a buffer, a fixed text for an RDB, and a clock that only the test moves. */
final class TestPrimary implements AutoCloseable {
    static final String RDB = "REDIS0009-not-really-an-rdb";

    private static final int RDB_PIECE_BYTES = 64 << 10;

    /** What snapshots are from now on. */
    volatile String rdb = RDB;

    final AtomicLong tickMillis = new AtomicLong(1_000_000);
    final AtomicInteger snapshots = new AtomicInteger();

    /** PINGs that were answered. */
    final AtomicInteger pongs = new AtomicInteger();

    final Primary primary;
    private final EventLoopGroup commandGroup =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoopGroup replicaGroup;
    private final Extents extents = new Extents(Extent.BYTES, null);
    private final Channel listener;
    private final EventLoop commandLoop = commandGroup.next();
    private final TextSnapshots service = new TextSnapshots();
    private final AtomicLong clientIds = new AtomicLong();

    TestPrimary(int ioThreads, long backlogBytes, int disklessDelaySeconds) throws Exception {
        this(
                ioThreads,
                backlogBytes,
                disklessDelaySeconds,
                new LimitConfig(0, 0, 0),
                0,
                System::nanoTime);
    }

    TestPrimary(
            int ioThreads,
            long backlogBytes,
            int disklessDelaySeconds,
            LimitConfig limit,
            int limitPatienceMillis,
            LongSupplier nanoClock)
            throws Exception {
        replicaGroup =
                ioThreads == 1
                        ? commandGroup
                        : new MultiThreadIoEventLoopGroup(ioThreads - 1, NioIoHandler.newFactory());
        PrimaryConfig config =
                new PrimaryConfig(
                        backlogBytes, 3600, 60, 10, true, disklessDelaySeconds, 0, limit, true);
        PrimaryEnv env =
                new PrimaryEnv(
                        commandLoop,
                        replicaGroup,
                        null,
                        nanoClock,
                        tickMillis::get,
                        extents,
                        new Accountant(),
                        Runnable::run,
                        service,
                        new ArrayBuffer.Factory(),
                        Map.of(
                                ArrayBuffer.LIMIT_PATIENCE.name(),
                                Integer.toString(limitPatienceMillis)),
                        null,
                        null,
                        ReplicaSlots.NONE,
                        () -> {},
                        History.fresh(),
                        0,
                        null,
                        new LogEvents());
        primary = onCommandLoop(() -> new Primary(config, env));
        listener =
                new ServerBootstrap()
                        .group(commandGroup)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline().addLast(new Client(channel));
                                    }
                                })
                        .bind("127.0.0.1", 0)
                        .sync()
                        .channel();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    <T> T onCommandLoop(Callable<T> work)
            throws InterruptedException, ExecutionException, TimeoutException {
        return commandLoop.submit(work).get(10, TimeUnit.SECONDS);
    }

    /** Keeps the replica loop, of which there must be one, from all else until {@code end}; it has stopped on return. */
    void holdReplicaLoop(CompletableFuture<Void> end) {
        CompletableFuture<Void> held = new CompletableFuture<>();
        replicaGroup
                .next()
                .execute(
                        () -> {
                            held.complete(null);
                            end.join();
                        });
        held.join();
    }

    /** Writes {@code SET key value} in database 0, as one turn. */
    void set(String key, String value) throws Exception {
        onCommandLoop(
                () -> {
                    primary.append(0, bytes("SET"), bytes(key), bytes(value));
                    primary.endOfTurn();
                    return null;
                });
    }

    /** Without one a replica that asks now gets its snapshot at once, and needs no cron. */
    void awaitNoSnapshot() {
        Awaitility.await().until(() -> !onCommandLoop(service::busy));
    }

    void endOfTurn() throws Exception {
        onCommandLoop(
                () -> {
                    primary.endOfTurn();
                    return null;
                });
    }

    void cron() throws Exception {
        onCommandLoop(
                () -> {
                    primary.cron(tickMillis.get());
                    return null;
                });
    }

    String replid() throws Exception {
        return onCommandLoop(() -> primary.history().replid().hex());
    }

    long offset() throws Exception {
        return onCommandLoop(primary::primaryOffset);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        commandLoop.submit(primary::close).awaitUninterruptibly();
        listener.close().awaitUninterruptibly();
        commandGroup.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        replicaGroup.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        extents.close();
    }

    /** One snapshot at a time, written by a thread of its own, as the server's. */
    private final class TextSnapshots implements SnapshotService {
        private boolean busy;

        @Override
        public boolean busy() {
            return busy;
        }

        @Override
        public boolean keepsFiles() {
            return false;
        }

        @Override
        public long progress() {
            return snapshots.get();
        }

        @Override
        public double part() {
            return busy ? 1 : 0;
        }

        @Override
        public Running toChannel(
                WritableByteChannel target, int rdbVersion, Aux aux, Listener listener) {
            busy = true;
            snapshots.incrementAndGet();
            Thread writer = new Thread(() -> write(target, listener), "text-snapshot");
            writer.start();
            return new Running() {
                @Override
                public void abort() {
                    writer.interrupt();
                }

                @Override
                public boolean aborted() {
                    return writer.isInterrupted();
                }
            };
        }

        private void write(WritableByteChannel target, Listener listener) {
            String error = null;
            try {
                byte[] text = bytes(rdb);
                for (int at = 0; at < text.length; at += RDB_PIECE_BYTES) {
                    int piece = Math.min(RDB_PIECE_BYTES, text.length - at);
                    target.write(ByteBuffer.wrap(text, at, piece));
                }
            } catch (IOException e) {
                error = e.getMessage();
            }
            String outcome = error;
            commandLoop.execute(
                    () -> {
                        busy = false;
                        listener.finished(null, outcome);
                    });
        }

        @Override
        public Running toFile(int rdbVersion, Aux aux, Listener listener) {
            return null;
        }
    }

    /** What a server's client connection does before its PSYNC, and no more. */
    private final class Client extends ChannelInboundHandlerAdapter implements ReplicaClient {
        private final Channel channel;
        private final long id = clientIds.incrementAndGet();
        private final Request request = new Request();
        private ByteBuf input = Unpooled.EMPTY_BUFFER;
        private boolean detached;

        Client(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message)
                throws ProtocolException {
            input = Unpooled.copiedBuffer(input, (ByteBuf) message);
            ReferenceCountUtil.release(message);
            RespDecoder decoder = new RespDecoder(new RespLimits());
            while (!detached && decoder.decode(input, request)) {
                ByteBuf out = Unpooled.buffer();
                RespWriter reply = new RespWriter(error -> {});
                reply.to(out, 2);
                if (request.is(0, "REPLCONF")) {
                    primary.replconf(this, request, reply);
                } else if (request.is(0, "PSYNC")) {
                    primary.psync(this, request, reply);
                } else if (request.is(0, "SYNC")) {
                    primary.sync(this, reply);
                } else {
                    reply.simple("PONG");
                    pongs.incrementAndGet();
                }
                channel.writeAndFlush(out);
            }
            primary.endOfTurn();
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public Channel channel() {
            return channel;
        }

        @Override
        public StrayCommand stray(Request stray) {
            return new StrayCommand(stray.text(0), null);
        }

        @Override
        public String address() {
            return "127.0.0.1:" + ((InetSocketAddress) channel.remoteAddress()).getPort();
        }

        @Override
        public boolean busy() {
            return false;
        }

        @Override
        public ByteBuf detach() {
            detached = true;
            channel.pipeline().remove(this);
            return input;
        }

        @Override
        public void gone() {
            detached = true;
        }
    }
}
