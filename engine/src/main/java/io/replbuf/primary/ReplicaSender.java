package io.replbuf.primary;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.ReplicaCursor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * Sends one replica the stream: the loop's half of a {@link ReplicaSession}.
 *
 * <p>Everything here happens on the replica's loop, which is a live one while the cursor reads memory and a sender loop while
 * it reads the log: when the cursor has changed its source, the sender leaves, with nothing of the stream in the channel, and
 * goes on where it belongs. At most one region is in the channel at a time, and a turn is worth a quantum: then the loop serves
 * its other replicas, so that one that catches up starves nobody.
 *
 * <p>A send costs much the same for a byte and for 16 KiB, so small ones are gathered: it goes out from {@link
 * #ENOUGH_BYTES} on, or when its delay ({@link SendPace}) has passed since the last send, which after a pause is at once. What a
 * client waits for goes out at once, too.
 */
final class ReplicaSender implements CursorRegion.Listener {
    /** From here on a send is cheap per byte: 0.15 CPU s/GB against 0.9 at 4 KiB. */
    static final int ENOUGH_BYTES = 64 << 10;

    /** A new replica's first turn, which costs little more than a call: of many that come at once none waits for the others' quanta. */
    private static final int FIRST_TURN_BYTES = 16 << 10;

    /** After this much the command loop is asked to look at its cursors and trim, without waiting for traffic. */
    private static final int NOTICE_BYTES = 256 << 10;

    private final Channel channel;
    private final ReplicaSession session;
    private final ReplicaCursor cursor;
    private final CursorRegion region;
    private final SendConfig config;
    private final ReplicaSlot slot;
    private ReplicaLoop loop;
    private SendRate rate;

    /** Something of ours is in the channel, or we are on the way to another loop, or paced. */
    private boolean busy;

    /** In the loop's queue of those who have more to send. */
    private boolean queued;

    private boolean stopped;

    /** The last offer was not taken whole. */
    private boolean refused;

    /** Written on the loop, read by the command loop. */
    private volatile boolean socketFull;

    private final Runnable stillRefused = this::stillRefused;

    private boolean hasSent;
    private int quantumLeft;
    private long lastSendNanos;
    private long noticedOffset;
    private long publishedOffset;

    ReplicaSender(ReplicaSession session, ReplicaCursor cursor, SendConfig config) {
        this.session = session;
        this.channel = session.channel();
        this.cursor = cursor;
        this.config = config;
        this.slot = session.slot();
        this.region = new CursorRegion(cursor, config.callBytes(), this);
        this.noticedOffset = cursor.offset();
        this.publishedOffset = noticedOffset;
    }

    String address() {
        return session.address();
    }

    /** Whether the replica is behind because it does not take what it is offered from memory. Any thread. */
    boolean socketFull() {
        return socketFull;
    }

    /**
     * A socket that takes less than it was offered may take more by the time at which a busy loop looks at it again, and then the loop
     * is what is slow. So it counts as full once the loop has looked at all its sockets and heard nothing of this one.
     */
    @Override
    public void socketFull(boolean full) {
        if (!full) {
            refused = false;
            if (socketFull) {
                socketFull = false;
            }
        } else if (!refused) {
            refused = true;
            // A task's object per refusal, of which a socket has one for each time that it fills
            // up.
            // Not execute(): what a task asks for may run before sockets are looked at.
            loop.eventLoop().schedule(stillRefused, 1, TimeUnit.NANOSECONDS);
        }
    }

    private void stillRefused() {
        if (refused) {
            socketFull = true;
        }
    }

    @Override
    public void ended() {
        sent();
    }

    /** Begins on this loop, or goes on there after a move. */
    void attach(ReplicaLoop at) {
        if (loop != null) {
            at.counters().moved();
        }
        loop = at;
        busy = false;
        queued = false;
        lastSendNanos = at.nanoTime() - config.delayNanosMax();
        at.add(this);
        at.wake();
    }

    /** Stops for good; the cursor is closed by the command loop. */
    void stop() {
        stopped = true;
    }

    void fail() {
        stopped = true;
        channel.close();
    }

    /**
     * Sends if it is worth a call.
     *
     * @return when to look again, in the clock's nanoseconds; {@link Long#MAX_VALUE} if only a wake-up can change anything
     */
    long consider(long now) {
        if (busy || queued || stopped || leaves()) {
            return Long.MAX_VALUE;
        }
        long pending = cursor.pendingBytes();
        if (pending == 0) {
            return Long.MAX_VALUE;
        }
        if (pending < ENOUGH_BYTES && !loop.isAwaited(cursor.offset())) {
            long due = lastSendNanos + loop.delayNanos(config.delayNanosMax());
            if (due - now > 0) {
                return due;
            }
        }
        // After the short first turn, what is left need not gather.
        lastSendNanos = hasSent ? now : now - config.delayNanosMax();
        quantumLeft =
                hasSent ? config.quantumBytes() : Math.min(FIRST_TURN_BYTES, config.quantumBytes());
        loop.sending();
        send();
        return Long.MAX_VALUE;
    }

    /** Whether the cursor's source is another loop's affair: then the sender is on its way there. */
    private boolean leaves() {
        ReplicaLoop wanted = session.loopFor(cursor.inLog());
        if (wanted == loop) {
            return false;
        }
        busy = true;
        // Behind whatever is still to be written, an RDB perhaps; and outside of the loop's look at
        // its senders.
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(done -> loop.eventLoop().execute(() -> leave(wanted)));
        return true;
    }

    private void leave(ReplicaLoop target) {
        if (!stopped && channel.isOpen()) {
            loop.remove(this);
            session.moveTo(target, this);
        }
    }

    private void send() {
        if (CopiedSends.needed(channel)) {
            sendCopy();
        } else if (!cursor.inLog()) {
            sendMemory();
        } else if (!sendFile() && !cursor.inLog() && !leaves()) {
            // It was handed back to memory when it was asked for a file.
            sendMemory();
        }
    }

    private void sendMemory() {
        busy = true;
        channel.writeAndFlush(region.begin(quantumLeft, loop.counters()), channel.voidPromise());
    }

    /**
     * Sends the next stretch of the log. False if nothing is written there yet, in which case the log's next write wakes us, or
     * if the cursor changed back to memory when it was asked.
     */
    private boolean sendFile() {
        int most = pacedBytes(Math.min(config.callBytes(), quantumLeft));
        if (most == 0) {
            return true;
        }
        FileSlice slice = cursor.nextFile(most);
        if (slice == null) {
            loop.waitForLog();
            slice = cursor.nextFile(most);
            if (slice == null) {
                return false;
            }
        }
        busy = true;
        LogRegion file = new LogRegion(slice);
        channel.writeAndFlush(file)
                .addListener(
                        done -> {
                            long taken = file.transferred();
                            cursor.advance(taken);
                            loop.counters().sentFile(taken);
                            if (slot != null) {
                                slot.add(ReplicaSlot.Field.FILE_BYTES, taken);
                            }
                            quantumLeft -= (int) taken;
                            boolean goesOn = done.isSuccess() && !stopped && quantumLeft > 0;
                            if (rate != null) {
                                rate.took(taken);
                                goesOn = false;
                            }
                            // Netty is in the middle of its flush and takes the next one along.
                            if (!goesOn || !cursor.inLog() || !sendFile()) {
                                sent();
                            }
                        });
        return true;
    }

    /** Sends a bounded copy, from memory or from the log. */
    private void sendCopy() {
        boolean fromLog = cursor.inLog();
        int turn = Math.min(CopiedSends.MAX_BYTES, quantumLeft);
        int most = fromLog ? pacedBytes(turn) : turn;
        ByteBuf copy = most == 0 ? null : nextCopy(most);
        if (copy == null && fromLog && most > 0) {
            loop.waitForLog();
            copy = nextCopy(most);
        }
        if (copy == null) {
            return;
        }
        int bytes = copy.readableBytes();
        busy = true;
        SendCounters counters = loop.counters();
        counters.copied(bytes);
        if (fromLog) {
            counters.sentFile(bytes);
        } else {
            counters.sent(bytes, false);
        }
        if (fromLog && rate != null) {
            rate.took(bytes);
        }
        ChannelFuture write = channel.writeAndFlush(copy);
        socketFull(!write.isDone());
        write.addListener(
                done -> {
                    socketFull(false);
                    counters.copyTaken(bytes);
                    sent();
                });
    }

    private ByteBuf nextCopy(int most) {
        try {
            return CopiedSends.next(channel, cursor, most);
        } catch (IOException e) {
            throw new UncheckedIOException("reading the log for a copy", e);
        }
    }

    /**
     * At most so many bytes from the log now, as {@code repl-log-send-rate} allows; 0 if none, and then a timer goes on later.
     */
    private int pacedBytes(int most) {
        if (config.logBytesPerSecond() == 0) {
            return most;
        }
        long now = loop.nanoTime();
        if (rate == null) {
            rate = new SendRate(config.logBytesPerSecond(), now);
        }
        int allowed = rate.allowed(now);
        if (allowed == 0) {
            // Busy for so long, so that the timer finds us on this loop.
            busy = true;
            loop.eventLoop()
                    .schedule(
                            () -> {
                                busy = false;
                                loop.wake();
                            },
                            rate.waitNanos(),
                            TimeUnit.NANOSECONDS);
        }
        return Math.min(most, allowed);
    }

    /** What was in the channel is out of it. */
    private void sent() {
        busy = false;
        hasSent = true;
        publish();
        long offset = cursor.offset();
        goOn();
        if (offset - noticedOffset >= NOTICE_BYTES) {
            noticedOffset = offset;
            session.progressed();
        }
    }

    /** A replica that is far behind gets its turn in the queue; the rest that came meanwhile is looked at with the others'. */
    private void goOn() {
        long pending = stopped || queued ? 0 : cursor.pendingBytes();
        if (pending >= ENOUGH_BYTES) {
            queued = true;
            loop.queue(this);
        } else if (pending > 0) {
            loop.wake();
        }
    }

    /** Its turn in the loop's queue has come. */
    void sendOn(long now) {
        queued = false;
        if (consider(now) != Long.MAX_VALUE) {
            loop.wake();
        }
    }

    private void publish() {
        if (slot == null) {
            return;
        }
        long offset = cursor.offset();
        boolean inLog = cursor.inLog();
        slot.set(ReplicaSlot.Field.SENT_OFFSET, offset);
        slot.set(ReplicaSlot.Field.IN_LOG, inLog ? 1 : 0);
        if (!inLog) {
            slot.add(ReplicaSlot.Field.MEMORY_BYTES, Math.max(offset - publishedOffset, 0));
        }
        publishedOffset = offset;
    }

    /** A leased stretch of a log segment; epoll sends it by sendfile. Its end gives the lease back and closes nothing. */
    private static final class LogRegion extends DefaultFileRegion {
        private final FileSlice slice;

        LogRegion(FileSlice slice) {
            super(slice.channel(), slice.position(), slice.count());
            this.slice = slice;
        }

        @Override
        protected void deallocate() {
            slice.close();
        }
    }
}
