package io.replbuf.primary;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.concurrent.Promise;
import io.replbuf.buffer.ReplicaCursor;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica from its accepted PSYNC to its end.
 *
 * <p>The command loop owns it; its socket and {@link ReplicaSender} live on a replica loop, reached through {@link #onLoop},
 * which keeps order and holds tasks back while the channel moves there. So a kill during the move is decided by {@link #state},
 * and what was posted before it runs before it.
 *
 * <pre>
 *   PSYNC ──partial──────────────────────────────────────────────▶ ONLINE
 *     │                                                              ▲  ▲
 *     └─full─▶ WAIT_SNAPSHOT ──cut──▶ TRANSFER ──file sent───────────┘  │
 *                                        │                              │
 *                                        └──$EOF: sent──▶ WAIT_ACK ─────┘  first ACK
 *   any ──kill, close, timeout──▶ CLOSED
 * </pre>
 */
final class ReplicaSession implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaSession.class);

    enum State {
        WAIT_SNAPSHOT("wait_bgsave"),
        TRANSFER("send_bulk"),
        WAIT_ACK("send_bulk"),
        ONLINE("online"),
        CLOSED("closed");

        final String redisName;

        State(String redisName) {
            this.redisName = redisName;
        }
    }

    /** Told of what happens to a session; command loop. */
    interface Events {
        void acked(ReplicaSession session);

        void progressed();

        void ended(ReplicaSession session);
    }

    private final ReplicaClient client;
    private final Channel channel;
    private final ReplicaLoop loop;
    private final Executor commandLoop;
    private final Events events;
    private final Promise<Void> moved;
    private final ReplicaSlot slot;
    private final AtomicLong lastAck = new AtomicLong();
    private final AtomicBoolean ackQueued = new AtomicBoolean();

    final Handshake handshake;
    final boolean legacySync;
    State state = State.WAIT_SNAPSHOT;
    ReplicaCursor cursor;
    long snapshotOffset;
    long ackedOffset;
    long lastAckMillis;
    long waitingSinceMillis;
    long aboveSoftSinceMillis = -1;

    /** Bytes of the RDB that the socket has taken; written on the loop, looked at by the timeout. */
    final AtomicLong transferred = new AtomicLong();

    long transferredSeen;
    long transferSeenMillis;
    private ReplicaSender sender;

    ReplicaSession(
            ReplicaClient client,
            boolean legacySync,
            ReplicaLoop loop,
            Executor commandLoop,
            Events events,
            ReplicaSlots slots) {
        this.client = client;
        this.channel = client.channel();
        this.legacySync = legacySync;
        this.loop = loop;
        this.commandLoop = commandLoop;
        this.events = events;
        this.handshake = Handshake.of(channel);
        this.slot = slots.of(handshake.listeningPort);
        this.moved = loop.eventLoop().newPromise();
    }

    /** Takes the channel from the server and registers it on the replica loop. */
    void adopt(boolean noDelay) {
        channel.config().setAutoRead(false);
        if (channel.config() instanceof SocketChannelConfig) {
            channel.config().setOption(ChannelOption.TCP_NODELAY, noDelay);
        }
        ByteBuf unread = client.detach();
        if (channel.eventLoop() == loop.eventLoop()) {
            arrived(unread);
            return;
        }
        channel.deregister()
                .addListener(
                        gone ->
                                loop.eventLoop()
                                        .register(channel)
                                        .addListener(there -> arrived(unread)));
    }

    private void arrived(ByteBuf unread) {
        if (channel.isRegistered() && channel.isOpen()) {
            channel.pipeline().addLast("replica-input", new ReplicaInput(this));
            channel.config().setAutoRead(true);
            // What the server had left to write when we took the channel.
            channel.flush();
            moved.setSuccess(null);
            channel.pipeline().fireChannelRead(unread);
        } else {
            unread.release();
            channel.close();
            moved.setSuccess(null);
            disconnected("Connection with replica {} lost while it was handed over.");
        }
    }

    /** Runs {@code task} on the replica's loop, after the move there and after whatever was posted before. */
    @Override
    public void execute(Runnable task) {
        moved.addListener(ignored -> task.run());
    }

    /** Sends protocol text on the session's channel, in order with everything else. */
    void send(String text) {
        execute(
                () ->
                        channel.writeAndFlush(
                                Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII)));
    }

    /** Begins to send the stream from the cursor on. Command loop. */
    void stream(long delayNanos) {
        state = State.ONLINE;
        ReplicaSender started = new ReplicaSender(this, loop, cursor, delayNanos);
        sender = started;
        execute(
                () -> {
                    loop.add(started);
                    loop.wake();
                });
    }

    /** Ends the session from our side; exact at any byte, since nothing of the stream is in the channel. Command loop. */
    void close() {
        closeFromHere(false);
    }

    /** The same for a replica that an output limit drops: the strategy may keep its place. Command loop. */
    void drop() {
        closeFromHere(true);
    }

    private void closeFromHere(boolean dropped) {
        if (state == State.CLOSED) {
            return;
        }
        end(dropped);
        execute(channel::close);
    }

    private void end(boolean dropped) {
        state = State.CLOSED;
        if (slot != null) {
            slot.set(ReplicaSlot.Field.CONNECTED, 0);
        }
        ReplicaSender stopped = sender;
        if (stopped != null) {
            execute(
                    () -> {
                        stopped.stop();
                        loop.remove(stopped);
                    });
        }
        if (cursor != null && dropped) {
            cursor.drop();
        } else if (cursor != null) {
            cursor.close();
        }
        events.ended(this);
        client.gone();
    }

    /** The peer is gone, or the loop closed the channel. Any thread. */
    void disconnected(String message) {
        commandLoop.execute(
                () -> {
                    if (state != State.CLOSED) {
                        LOG.info(message, address());
                        end(false);
                    }
                });
    }

    /** An ACK in Redis' numbering. The replica's loop. */
    void acked(long redisOffset) {
        lastAck.setRelease(redisOffset);
        if (ackQueued.compareAndSet(false, true)) {
            commandLoop.execute(this::takeAck);
        }
    }

    private void takeAck() {
        ackQueued.set(false);
        if (state == State.CLOSED) {
            return;
        }
        ackedOffset = Math.max(ackedOffset, lastAck.getAcquire());
        if (slot != null) {
            slot.set(ReplicaSlot.Field.ACKED_OFFSET, ackedOffset);
        }
        events.acked(this);
    }

    /** The replica has been sent enough that the command loop should look. The replica's loop. */
    void progressed() {
        events.progressed();
    }

    Channel channel() {
        return channel;
    }

    ReplicaLoop loop() {
        return loop;
    }

    ReplicaSlot slot() {
        return slot;
    }

    long clientId() {
        return client.id();
    }

    String address() {
        return client.address();
    }

    /** The address that the replica can be reached at: announced, else the peer's. */
    String ip() {
        if (handshake.announcedIp != null && !handshake.announcedIp.isEmpty()) {
            return handshake.announcedIp;
        }
        String address = client.address();
        int colon = address.lastIndexOf(':');
        return colon < 0 ? address : address.substring(0, colon);
    }

    ReplicaView view(long nowMillis) {
        return new ReplicaView(
                client.id(),
                client.address(),
                ip(),
                handshake.listeningPort,
                state.redisName,
                ackedOffset,
                Math.max(0, (nowMillis - lastAckMillis) / 1000),
                cursor == null ? 0 : cursor.offset(),
                cursor == null ? 0 : cursor.outputBlocks(),
                cursor == null ? 0 : cursor.outputBytes(),
                cursor != null && cursor.inLog());
    }
}
