package io.replbuf.harness.replica;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * One connection of a replica: reads at the pace that link and reader allow, delays what the link delays, and hands the bytes to the
 * protocol.
 *
 * <p>Event loop only. It lives from connect to close; what it still hears after it was given up is dropped.
 */
final class ReplicaLink extends ChannelInboundHandlerAdapter {
    private final SimulatedReplica replica;
    private final ReplicaProtocol protocol;
    private final PacedReads reads;
    private final DelayLine delayLine;
    private final long latencyNanos;
    private Channel channel;
    private TokenBucket bucket;
    private boolean paused;
    private boolean readAsked;
    private boolean wakeScheduled;
    private boolean deliveryScheduled;
    private boolean givenUp;
    private boolean dirty;
    private long heardAt = System.nanoTime();

    ReplicaLink(
            SimulatedReplica replica,
            ReplicaProtocol protocol,
            PacedReads reads,
            long latencyNanos) {
        this.replica = replica;
        this.protocol = protocol;
        this.reads = reads;
        this.latencyNanos = latencyNanos;
        this.delayLine = latencyNanos == 0 ? null : new DelayLine(latencyNanos);
    }

    ReplicaProtocol protocol() {
        return protocol;
    }

    /** When the primary was last heard of; for a paused reader always now, since it does not listen. */
    long heardAt() {
        return paused ? System.nanoTime() : heardAt;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        if (givenUp) {
            channel.close();
            return;
        }
        steer(replica.readRate(), replica.isPaused());
        protocol.begin();
        flush();
    }

    /** Reads at this rate from now on (0: free), or not at all. */
    void steer(long bytesPerSecond, boolean pausedNow) {
        paused = pausedNow;
        bucket = bytesPerSecond == 0 ? null : new TokenBucket(bytesPerSecond, System.nanoTime());
        if (channel == null) {
            return;
        }
        boolean free = bucket == null && !paused && delayLine == null;
        if (free) {
            reads.free();
            readAsked = false;
            channel.config().setAutoRead(true);
        } else {
            // A read that is already asked for may still take this much; a pause should not let
            // more in.
            reads.grant(paused ? 1 : PacedReads.GRANT_BYTES_MAX);
            channel.config().setAutoRead(false);
            askForRead();
        }
    }

    private void askForRead() {
        boolean free = bucket == null && delayLine == null;
        if (paused || readAsked || free || givenUp || (delayLine != null && delayLine.isFull())) {
            return;
        }
        if (bucket == null) {
            reads.grant(PacedReads.GRANT_BYTES_MAX);
        } else {
            int bytes = bucket.available(System.nanoTime(), PacedReads.GRANT_BYTES_MAX);
            if (bytes == 0) {
                wakeLater(bucket.nanosUntilWorthwhile());
                return;
            }
            reads.grant(bytes);
        }
        readAsked = true;
        channel.read();
    }

    private void wakeLater(long nanos) {
        if (!wakeScheduled) {
            wakeScheduled = true;
            channel.eventLoop()
                    .schedule(
                            () -> {
                                wakeScheduled = false;
                                askForRead();
                            },
                            nanos,
                            TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        long now = System.nanoTime();
        heardAt = now;
        if (bucket != null) {
            bucket.take(bytes.readableBytes());
        }
        if (delayLine != null && !givenUp) {
            delayLine.add(bytes, now);
            scheduleDelivery(now);
            return;
        }
        try {
            deliver(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flush();
        if (!channel.config().isAutoRead()) {
            readAsked = false;
            askForRead();
        }
    }

    private void scheduleDelivery(long now) {
        if (deliveryScheduled || delayLine.isEmpty()) {
            return;
        }
        deliveryScheduled = true;
        channel.eventLoop()
                .schedule(
                        this::deliverDue,
                        Math.max(0, delayLine.nextAt() - now),
                        TimeUnit.NANOSECONDS);
    }

    private void deliverDue() {
        deliveryScheduled = false;
        long now = System.nanoTime();
        for (ByteBuf bytes = delayLine.poll(now); bytes != null; bytes = delayLine.poll(now)) {
            try {
                deliver(bytes);
            } finally {
                bytes.release();
            }
        }
        flush();
        scheduleDelivery(now);
        askForRead();
    }

    private void deliver(ByteBuf bytes) {
        if (givenUp) {
            return;
        }
        try {
            protocol.read(bytes.nioBuffer());
        } catch (ReplicaProtocolException e) {
            replica.broken(this, e);
        }
    }

    /** Sends a command; it leaves with the next {@link #flush}. */
    void send(String... words) {
        if (channel == null || givenUp) {
            return;
        }
        StringBuilder text = new StringBuilder(64).append('*').append(words.length).append("\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        Channel over = channel;
        if (latencyNanos > 0) {
            // Encoded when it leaves: a loop that ends drops what is scheduled, and a buffer with
            // it.
            over.eventLoop()
                    .schedule(
                            () -> over.writeAndFlush(encode(over, text), over.voidPromise()),
                            latencyNanos,
                            TimeUnit.NANOSECONDS);
        } else {
            over.write(encode(over, text), over.voidPromise());
            dirty = true;
        }
    }

    private static ByteBuf encode(Channel over, CharSequence text) {
        return ByteBufUtil.encodeString(
                over.alloc(), java.nio.CharBuffer.wrap(text), StandardCharsets.ISO_8859_1);
    }

    void flush() {
        if (dirty) {
            dirty = false;
            channel.flush();
        }
    }

    /** Closes without further ado: with a reset, or with a FIN before whatever the kernel makes of unread bytes. */
    void giveUp(boolean reset) {
        givenUp = true;
        if (delayLine != null) {
            delayLine.drop();
        }
        if (channel == null) {
            return;
        }
        if (reset) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        } else {
            Channel over = channel;
            ((SocketChannel) over).shutdownOutput().addListener(done -> over.close());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (delayLine != null) {
            delayLine.drop();
        }
        if (!givenUp) {
            givenUp = true;
            replica.lost(this, null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!givenUp) {
            givenUp = true;
            replica.lost(this, cause);
        }
        context.close();
    }
}
