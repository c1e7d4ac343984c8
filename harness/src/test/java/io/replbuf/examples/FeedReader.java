package io.replbuf.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * A client of the feed: holds each byte against {@link Quotes} and knows which is the first that it lacks.
 *
 * <p>Its callbacks come on one event loop of all clients; the test looks on. Not the JDK's client: where more than 16 KiB come with the
 * answer to its handshake, as to one that resumes, JDK 25's loses 32 KiB behind the first 16.
 */
final class FeedReader extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final EventLoopGroup LOOP =
            new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("feed-readers", true), NioIoHandler.newFactory());

    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final Channel channel;
    private volatile boolean stalled;
    private volatile long leaveAt = Long.MAX_VALUE;
    private volatile long offset;
    private volatile boolean left;
    private volatile String failure;
    private volatile int closeCode;
    private volatile String closeReason;

    /**
     * @param query what follows the path
     * @param stalled whether it takes nothing but the head, for now
     */
    FeedReader(InetSocketAddress feed, String query, boolean stalled) {
        this.stalled = stalled;
        String host = feed.getAddress().getHostAddress() + ":" + feed.getPort();
        WebSocketClientProtocolConfig protocol =
                WebSocketClientProtocolConfig.newBuilder()
                        .webSocketUri("ws://" + host + "/feed" + query)
                        .maxFramePayloadLength(1 << 20)
                        .handleCloseFrames(false)
                        .build();
        channel =
                new Bootstrap()
                        .group(LOOP)
                        .channel(NioSocketChannel.class)
                        .handler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel made) {
                                        made.pipeline()
                                                .addLast(new HttpClientCodec())
                                                .addLast(new HttpObjectAggregator(8 << 10))
                                                .addLast(
                                                        new WebSocketClientProtocolHandler(
                                                                protocol))
                                                .addLast(FeedReader.this);
                                    }
                                })
                        .connect(feed)
                        .syncUninterruptibly()
                        .channel();
        connected.join();
    }

    /** The first byte that it lacks; 0 until the feed has said where it begins. */
    long offset() {
        assertThat(failure).isNull();
        return offset;
    }

    /** Takes from now on what comes. */
    void go() {
        stalled = false;
        channel.config().setAutoRead(true);
    }

    /** Loses its connection wherever it is then, once it has the byte before {@code offset}. */
    void leaveAt(long newOffset) {
        leaveAt = newOffset;
    }

    /** Its connection is gone, by {@link #leaveAt} or by the feed. */
    boolean left() {
        return left;
    }

    int closeCode() {
        return closeCode;
    }

    String closeReason() {
        return closeReason;
    }

    void abort() {
        channel.close().syncUninterruptibly();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            connected.complete(null);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        if (left) {
            return;
        }
        if (frame instanceof TextWebSocketFrame text) {
            offset = Long.parseLong(text.text().replaceAll("\\D", ""));
            context.channel().config().setAutoRead(!stalled);
        } else if (frame instanceof BinaryWebSocketFrame binary) {
            take(context, binary);
        } else if (frame instanceof CloseWebSocketFrame close) {
            closeCode = close.statusCode();
            closeReason = close.reasonText();
            left = true;
            context.close();
        }
    }

    private void take(ChannelHandlerContext context, BinaryWebSocketFrame frame) {
        long from = offset;
        int wrong = Quotes.mismatch(from, frame.content().nioBuffer());
        if (wrong >= 0) {
            failure = "wrong byte at " + (from + wrong);
        }
        offset = from + frame.content().readableBytes();
        if (offset >= leaveAt) {
            left = true;
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        left = true;
    }

    /** The world's failures end a connection; what is ours is a failure of the test. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
        if (!(error instanceof IOException)) {
            failure = error.toString();
        }
        connected.completeExceptionally(error);
        context.close();
    }
}
