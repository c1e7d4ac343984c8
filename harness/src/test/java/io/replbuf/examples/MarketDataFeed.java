package io.replbuf.examples;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.concurrent.Future;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Market data over WebSocket: quotes are fed once, as lines of JSON, and each client reads the one stream through a cursor of its own.
 *
 * <pre>
 *   publish ──▶ writer ── feed ──▶ ReplicationBuffer ── cursor ──▶ client's loop ──▶ ws://127.0.0.1:port/feed?from=OFFSET
 * </pre>
 *
 * <p>The first frame is text, {@code {"from":N}}: the offset of the first byte to come. All others are binary and carry the stream,
 * cut anywhere: a newline ends a quote, a frame does not. A client adds up what it has received, so that after a lost connection it
 * asks for the first byte that it lacks; one that asks for nothing gets what is new. Who was away for too long is closed with {@link
 * FeedClient#GONE} and told what is there; who falls behind by more than the limit is dropped or, where there is a log, reads that.
 *
 * <p><b>Threads.</b> The <em>writer</em>, an event loop, is what the seam calls the command loop: it owns the buffer and the set of
 * clients. A client's event loop reads its cursor. {@link #publish} and {@link #close} are for any other thread.
 */
final class MarketDataFeed implements AutoCloseable {
    private static final int TRIM_BLOCKS = 64;
    private static final int IDLE_TURN_MILLIS = 100;

    private final ReplicationBuffer buffer;
    private final OutputLimit limit;
    private final EventLoop writer;
    private final Runnable turned;
    private final Set<FeedClient> clients = new HashSet<>();
    private final Channel server;
    private final Future<?> idleTurns;
    private boolean turnDue;
    private boolean closed;

    /**
     * @param buffer the writer's from now on; closed by the caller, after this
     * @param limitBytes how far a client may fall behind in memory
     * @param turned runs on the writer at the end of each turn, so between two quotes: wakes a log, say
     */
    MarketDataFeed(
            ReplicationBuffer buffer,
            long limitBytes,
            EventLoop writer,
            EventLoopGroup clientLoops,
            Runnable turned) {
        this.buffer = buffer;
        this.limit = buffer.limit(new LimitConfig(limitBytes, 0, 0));
        this.writer = writer;
        this.turned = turned;
        this.server =
                new ServerBootstrap()
                        .group(writer, clientLoops)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new Pipeline())
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .syncUninterruptibly()
                        .channel();
        // Without traffic, too: clients progress, and one that reads the log may come back to
        // memory.
        this.idleTurns =
                writer.scheduleAtFixedRate(
                        this::turn, IDLE_TURN_MILLIS, IDLE_TURN_MILLIS, TimeUnit.MILLISECONDS);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    /**
     * Puts quotes into the stream.
     *
     * @param quotes whole lines, not to be changed until the future is done
     * @return the offset behind them; fails with {@link io.replbuf.buffer.BufferExhaustedException} if no memory is to be had
     */
    Future<Long> publish(ByteBuffer quotes) {
        return writer.submit(
                () -> {
                    long nextOffset = buffer.feed(quotes);
                    askForTurn();
                    return nextOffset;
                });
    }

    /** However much is published until it runs, one turn settles it, and wakes each client once. */
    private void askForTurn() {
        if (!turnDue) {
            turnDue = true;
            writer.execute(this::turn);
        }
    }

    private void turn() {
        turnDue = false;
        if (closed) {
            return;
        }
        boolean more = buffer.turn(TRIM_BLOCKS);
        clients.removeIf(client -> !client.serve(limit));
        turned.run();
        if (more) {
            askForTurn();
        }
    }

    /**
     * A client has come; any thread.
     *
     * @param from the first byte that it lacks, null for what is new
     */
    void arrived(FeedClient client, Long from) {
        writer.execute(() -> open(client, from));
    }

    private void open(FeedClient client, Long from) {
        if (closed) {
            client.channel().close();
            return;
        }
        long offset = from == null ? buffer.nextOffset() : from;
        ReplicaCursor cursor =
                buffer.open(offset, CursorRole.REPLICA, client.channel().eventLoop());
        if (cursor == null) {
            client.refuse(
                    FeedClient.GONE, "from: " + offset + " (expected: " + buffer.coverage() + ")");
            return;
        }
        clients.add(client);
        client.begin(cursor);
        client.channel().closeFuture().addListener(gone -> writer.execute(() -> left(client)));
    }

    private void left(FeedClient client) {
        if (clients.remove(client)) {
            client.cursor().close();
        }
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        writer.submit(this::dropAll).syncUninterruptibly();
    }

    private void dropAll() {
        closed = true;
        idleTurns.cancel(false);
        clients.forEach(FeedClient::drop);
        clients.clear();
    }

    private final class Pipeline extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            var feed =
                    WebSocketServerProtocolConfig.newBuilder()
                            .websocketPath("/feed")
                            .checkStartsWith(true)
                            .build();
            channel.pipeline()
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(8 << 10))
                    .addLast(new WebSocketServerProtocolHandler(feed))
                    .addLast(new FeedClient(channel, MarketDataFeed.this));
        }
    }
}
