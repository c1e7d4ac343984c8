package io.replbuf.examples;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import io.netty.util.concurrent.Future;
import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.buffer.ReplicaCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One connection of a {@link MarketDataFeed}: pulls frames out of its cursor, one at a time.
 *
 * <p>A client that takes nothing costs a frame and a place in the stream, whatever it lacks. Its event loop sends; what the writer
 * calls is marked.
 */
final class FeedClient extends SimpleChannelInboundHandler<Object> {
    /** Close codes of our own: what was asked for is not kept any more; what was asked for is no offset. */
    static final int GONE = 4410;

    static final int NO_OFFSET = 4400;

    private static final int FRAME_BYTES = 64 << 10;

    private final Channel channel;
    private final MarketDataFeed feed;
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Set by the writer before it wakes the loop for the first time. */
    private ReplicaCursor cursor;

    /** A frame is on its way into the socket; the loop's. */
    private boolean sending;

    FeedClient(Channel channel, MarketDataFeed feed) {
        this.channel = channel;
        this.feed = feed;
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof HandshakeComplete handshake) {
            List<String> from =
                    new QueryStringDecoder(handshake.requestUri()).parameters().get("from");
            try {
                feed.arrived(this, from == null ? null : Long.valueOf(from.get(0)));
            } catch (NumberFormatException e) {
                refuse(NO_OFFSET, "from: \"" + from.get(0) + "\" (expected: an offset in digits)");
            }
        }
    }

    /** Writer, or loop. */
    void refuse(int code, String reason) {
        channel.writeAndFlush(new CloseWebSocketFrame(code, reason))
                .addListener(ChannelFutureListener.CLOSE);
    }

    // ---- writer

    void begin(ReplicaCursor opened) {
        cursor = opened;
        channel.writeAndFlush(new TextWebSocketFrame("{\"from\":" + opened.offset() + "}"));
        wake();
    }

    ReplicaCursor cursor() {
        return cursor;
    }

    /** Does what the limit says, and wakes the loop if there is something to send; false if this was the client's end. */
    boolean serve(OutputLimit limit) {
        Verdict verdict = limit.judge(cursor.limitedBytes(), -1);
        if (verdict == Verdict.KILL || cursor.broken() != null) {
            drop();
            return false;
        }
        if (verdict == Verdict.DEMOTE) {
            cursor.demote();
        }
        if (cursor.pendingBytes() > 0) {
            wake();
        }
        return true;
    }

    void drop() {
        cursor.drop();
        channel.close();
    }

    private void wake() {
        if (!woken.getAndSet(true)) {
            channel.eventLoop().execute(this::send);
        }
    }

    // ---- loop

    private void send() {
        // Before looking: what is published from here on wakes again.
        woken.set(false);
        if (sending || !channel.isActive()) {
            return;
        }
        try {
            ByteBuf stretch = nextStretch();
            if (stretch != null) {
                sending = true;
                channel.writeAndFlush(new BinaryWebSocketFrame(stretch)).addListener(this::sent);
            }
        } catch (IOException e) {
            channel.close();
        }
    }

    private void sent(Future<? super Void> frame) {
        sending = false;
        if (frame.isSuccess()) {
            send();
        } else {
            channel.close();
        }
    }

    /**
     * A copy of what comes next, from memory or from the log; the cursor is behind it then, and holds nothing for it.
     *
     * <p>A frame says its length first. Where bytes go out bare, a {@link io.netty.channel.FileRegion} that asks the cursor for a
     * slice in each of its transfers needs no copy.
     */
    private ByteBuf nextStretch() throws IOException {
        ByteBuffer slice = cursor.next(FRAME_BYTES);
        if (slice != null) {
            ByteBuf copy = channel.alloc().buffer(slice.remaining()).writeBytes(slice);
            cursor.advance(copy.readableBytes());
            return copy;
        }
        try (FileSlice file = cursor.nextFile(FRAME_BYTES)) {
            if (file == null) {
                return null;
            }
            ByteBuf copy = channel.alloc().buffer(file.count());
            try {
                copy.writeBytes(file.channel(), file.position(), file.count());
            } catch (IOException e) {
                copy.release();
                throw e;
            }
            cursor.advance(copy.readableBytes());
            return copy;
        }
    }

    /** Nothing that a client sends is of interest, but for a request that is no handshake. */
    @Override
    protected void channelRead0(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
