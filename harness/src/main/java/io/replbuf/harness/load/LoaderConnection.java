package io.replbuf.harness.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;

/**
 * One client connection of a loader: bytes of commands on their way out, and the replies that come back.
 *
 * <p>Bounded: it takes no write while more than Netty's high-water mark waits for the socket. Event loop only.
 */
final class LoaderConnection extends ChannelInboundHandlerAdapter implements Wire {
    /** Longest error line worth keeping. */
    private static final int LINE_MAX = 256;

    private static final int BATCH_BYTES = 64 << 10;

    private final Loader loader;
    private final LoadCore core;
    private final Lane lane;
    private final Payload payload;
    private final boolean keysInOrder;
    private final StringBuilder line = new StringBuilder();

    /** The reply to AUTH comes before those to writes. */
    private boolean awaitsLogin;

    private boolean lineBegun;
    private boolean error;
    private Channel channel;
    private ByteBuf pending;

    /**
     * @param payload shared by a loader's connections
     */
    LoaderConnection(
            Loader loader,
            LoadCore core,
            Payload payload,
            boolean keysInOrder,
            boolean awaitsLogin) {
        this.loader = loader;
        this.core = core;
        this.lane = core.lane(this);
        this.payload = payload;
        this.keysInOrder = keysInOrder;
        this.awaitsLogin = awaitsLogin;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public boolean takesMore() {
        return channel != null && channel.isWritable() && (pending == null || pending.isWritable());
    }

    @Override
    public void write() {
        int commandBytes = payload.commandBytes();
        if (pending != null && pending.writableBytes() < commandBytes) {
            push();
        }
        if (pending == null) {
            pending = channel.alloc().directBuffer(Math.max(commandBytes, BATCH_BYTES));
        }
        if (keysInOrder) {
            payload.writeNext(pending);
        } else {
            payload.writeRandom(pending);
        }
    }

    private void push() {
        channel.write(pending, channel.voidPromise());
        pending = null;
    }

    @Override
    public void flush() {
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
        String errorLine = error ? line.toString().trim() : null;
        if (!awaitsLogin) {
            core.answered(lane, now, errorLine);
            return;
        }
        awaitsLogin = false;
        if (error) {
            loader.failed("login: " + errorLine + " (expected: +OK)");
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        core.turn();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        core.turn();
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
                        + lane.inFlight()
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
