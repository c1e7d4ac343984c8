package io.replbuf.harness.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;

/**
 * One client connection of a loader: what is in flight on it, and the replies that come back.
 *
 * <p>Bounded: it takes no write beyond its window of commands, nor while more than Netty's high-water mark waits for the socket. Event
 * loop only.
 */
final class LoaderConnection extends ChannelInboundHandlerAdapter {
    /** Longest error line worth keeping. */
    private static final int LINE_MAX = 256;

    private final Loader loader;
    private final int window;
    private final long[] intended;
    private final long[] sent;
    private final StringBuilder line = new StringBuilder();
    private int head;
    private int inFlight;

    /** Replies to AUTH come before those to writes. */
    private int preamble;

    private boolean lineBegun;
    private boolean error;
    private Channel channel;
    private ByteBuf pending;

    LoaderConnection(Loader loader, int window, int preamble) {
        this.loader = loader;
        this.window = window;
        this.preamble = preamble;
        this.intended = new long[window];
        this.sent = new long[window];
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
    }

    boolean hasRoom() {
        return channel != null
                && inFlight < window
                && channel.isWritable()
                && (pending == null || pending.isWritable());
    }

    int inFlight() {
        return inFlight;
    }

    /** A buffer to write one command to; it leaves with {@link #flush}. */
    ByteBuf command(long intendedAt, long now, int commandBytes, int batchBytes) {
        int slot = (head + inFlight) % window;
        intended[slot] = intendedAt;
        sent[slot] = now;
        inFlight++;
        if (pending != null && pending.writableBytes() < commandBytes) {
            push();
        }
        if (pending == null) {
            pending = channel.alloc().directBuffer(Math.max(commandBytes, batchBytes));
        }
        return pending;
    }

    private void push() {
        channel.write(pending, channel.voidPromise());
        pending = null;
    }

    void flush() {
        if (pending != null) {
            push();
            channel.flush();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            int to = bytes.writerIndex();
            long now = System.nanoTime();
            for (int at = bytes.readerIndex(); at < to; ) {
                byte first = bytes.getByte(at);
                if (!lineBegun) {
                    lineBegun = true;
                    error = first != '+';
                    line.setLength(0);
                }
                int end = bytes.indexOf(at, to, (byte) '\n');
                if (error && line.length() < LINE_MAX) {
                    int length = Math.min((end < 0 ? to : end) - at, LINE_MAX);
                    line.append(bytes.toString(at, length, StandardCharsets.ISO_8859_1));
                }
                if (end < 0) {
                    break;
                }
                lineBegun = false;
                reply(now);
                at = end + 1;
            }
        } finally {
            bytes.release();
        }
    }

    private void reply(long now) {
        if (preamble > 0) {
            preamble--;
            if (error) {
                loader.failed("login: " + line.toString().trim() + " (expected: +OK)");
            }
            return;
        }
        if (inFlight == 0) {
            loader.failed(
                    "a reply to nothing: "
                            + line.toString().trim()
                            + " (expected: one for each command)");
            return;
        }
        long intendedAt = intended[head];
        long sentAt = sent[head];
        head = (head + 1) % window;
        inFlight--;
        loader.answered(intendedAt, sentAt, now, error ? line.toString().trim() : null);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        loader.turn();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        loader.turn();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (pending != null) {
            pending.release();
            pending = null;
        }
        channel = null;
        loader.failed(
                "connection closed with "
                        + inFlight
                        + " writes in flight (expected: open until the end)");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loader.failed("connection: " + cause);
        context.close();
    }

    void close() {
        if (channel != null) {
            channel.close();
        }
    }
}
