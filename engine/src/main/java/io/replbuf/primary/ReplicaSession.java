package io.replbuf.primary;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.SocketChannelConfig;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.resp.Request;
import io.replbuf.stream.RedisOffsets;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica from its accepted PSYNC to its end.
 *
 * <p>The command loop owns it; its socket and {@link ReplicaSender} live on a loop: a replica loop while the stream comes from
 * memory, a sender loop while it comes from the log. {@link #onLoop} reaches that loop, keeps order, and holds tasks back while
 * the channel moves. So a kill during a move is decided by {@link #state}, and what was posted before it runs before it.
 *
 * <pre>
 *   PSYNC ──partial──────────────────────────────────────────────▶ ONLINE
 *     │                                                              ▲  ▲
 *     └─full─▶ WAIT_SNAPSHOT ──made──▶ TRANSFER_FILE ──file taken────┘  │
 *                    │                                                  │
 *                    └──cut──▶ TRANSFER ──$EOF: sent──▶ WAIT_ACK ───────┘  first ACK
 *   any ──kill, close, no sign of life──▶ CLOSED
 * </pre>
 *
 * A state ends the session when for {@code repl-timeout} nothing has moved that should, see {@link SignsOfLife}.
 */
final class ReplicaSession implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaSession.class);

    enum State {
        WAIT_SNAPSHOT("wait_bgsave"),
        /** Gets the RDB while it is made, which Redis counts as waiting for it. */
        TRANSFER("wait_bgsave"),
        TRANSFER_FILE("send_bulk"),
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
    private final ReplicaLoop liveLoop;
    private final ReplicaLoop logLoop;
    private final ChannelHome home;
    private final Executor commandLoop;
    private final Events events;
    private final ReplicaSlot slot;
    private final AtomicLong lastAck = new AtomicLong();
    private final AtomicBoolean ackQueued = new AtomicBoolean();

    final Handshake handshake;
    final boolean legacySync;
    private State state = State.WAIT_SNAPSHOT;
    ReplicaCursor cursor;
    long snapshotOffset;
    long ackedOffset;
    long waitingSinceMillis;

    /** Whether a later session of the same replica speaks for it. */
    boolean superseded;

    /** When the snapshot began that it gets, or is to get. */
    long cutMillis;

    /** Offset to acknowledge before its full sync counts as done; -1 if it is, or if it needs none. */
    long catchUpOffset = -1;

    final SignsOfLife life = new SignsOfLife();
    final LimitWatch limitWatch = new LimitWatch();

    /** How fast the socket takes the stream. */
    final Rate taken = new Rate();

    final SendLag.Share sendShare = new SendLag.Share();

    /** Bytes of the RDB that the socket has taken; written on the loop. */
    final AtomicLong transferred = new AtomicLong();

    private final AtomicLong handed = new AtomicLong();

    /** The RDB's file while it is sent, which counts for itself; null before. */
    private volatile FileRegion rdb;

    /** Reads that brought something; written on the loop. */
    private volatile long heard;

    private boolean badAckSaid;
    private ReplicaSender sender;

    /**
     * @param liveLoop where the channel lives while it is sent to from memory
     * @param logLoop where it lives while it is sent to from the log; may be the same
     */
    ReplicaSession(
            ReplicaClient client,
            boolean legacySync,
            ReplicaLoop liveLoop,
            ReplicaLoop logLoop,
            Executor commandLoop,
            Events events,
            ReplicaSlots slots) {
        this.client = client;
        this.channel = client.channel();
        this.legacySync = legacySync;
        this.liveLoop = liveLoop;
        this.logLoop = logLoop;
        this.home = new ChannelHome(channel);
        this.commandLoop = commandLoop;
        this.events = events;
        this.handshake = Handshake.of(channel);
        this.slot = slots.of(handshake.listeningPort);
    }

    /** Takes the channel from the server and registers it where its stream will come from. Command loop. */
    void adopt(boolean noDelay) {
        channel.config().setAutoRead(false);
        if (channel.config() instanceof SocketChannelConfig) {
            channel.config().setOption(ChannelOption.TCP_NODELAY, noDelay);
        }
        ByteBuf unread = client.detach();
        boolean fromLog = cursor != null && cursor.inLog();
        home.moveTo(loopFor(fromLog), alive -> adopted(alive, unread));
    }

    private void adopted(boolean alive, ByteBuf unread) {
        if (alive) {
            channel.pipeline().addLast("replica-input", new ReplicaInput(this));
            channel.config().setAutoRead(true);
            // What the server had left to write when we took the channel.
            channel.flush();
            channel.pipeline().fireChannelRead(unread);
        } else {
            unread.release();
            disconnected("Connection with replica {} lost while it was handed over.");
        }
    }

    /** Where the channel belongs while the stream comes from the log, or from memory. Any thread. */
    ReplicaLoop loopFor(boolean fromLog) {
        return fromLog ? logLoop : liveLoop;
    }

    /** Moves the channel, in which nothing of the stream may be, and goes on sending there. The loop where it is. */
    void moveTo(ReplicaLoop target, ReplicaSender moving) {
        home.moveTo(
                target,
                alive -> {
                    if (alive) {
                        channel.config().setAutoRead(true);
                        moving.attach(target);
                    } else {
                        disconnected("Connection with replica {} lost while it changed loops.");
                    }
                });
    }

    /** Runs {@code task} on the replica's loop, wherever that is by then, and after whatever was posted before. Any thread. */
    void onLoop(Runnable task) {
        home.execute(task);
    }

    /** The same for the cursor, whose tasks may change where it reads from: so its sender has to look again. */
    @Override
    public void execute(Runnable task) {
        home.execute(
                () -> {
                    task.run();
                    loop().wake();
                });
    }

    /** Sends protocol text on the session's channel, in order with everything else. */
    void send(String text) {
        onLoop(() -> channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII)));
    }

    State state() {
        return state;
    }

    /** Command loop. */
    void enter(State next, long nowMillis) {
        state = next;
        life.begin(nowMillis);
    }

    /** Begins to send the stream from the cursor on. Command loop. */
    void stream(SendConfig config, long nowMillis) {
        enter(State.ONLINE, nowMillis);
        ReplicaSender started = new ReplicaSender(this, cursor, config);
        sender = started;
        onLoop(() -> started.attach(loop()));
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
        onLoop(channel::close);
    }

    private void end(boolean dropped) {
        state = State.CLOSED;
        if (slot != null) {
            slot.set(ReplicaSlot.Field.CONNECTED, 0);
            slot.set(ReplicaSlot.Field.LOSS_MILLIS, -1);
        }
        ReplicaSender stopped = sender;
        if (stopped != null) {
            onLoop(
                    () -> {
                        stopped.stop();
                        loop().remove(stopped);
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
        ackedOffset = Math.max(ackedOffset, bounded(lastAck.getAcquire()));
        if (slot != null) {
            slot.set(ReplicaSlot.Field.ACKED_OFFSET, ackedOffset);
        }
        events.acked(this);
    }

    /** A replica has no more than it was sent: a WAIT must not end by a number that the replica made up. */
    private long bounded(long ack) {
        long sent = RedisOffsets.toRedis(cursor == null ? snapshotOffset : cursor.offset());
        if (ack <= sent) {
            return ack;
        }
        if (!badAckSaid) {
            badAckSaid = true;
            LOG.warn(
                    "Replica {} acknowledged offset {} (expected: at most {}, which it was sent); counted as that",
                    address(),
                    ack,
                    sent);
        }
        return sent;
    }

    /** Bytes came from the replica, an empty line at least. The replica's loop. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer at a time
    void heard() {
        heard++;
    }

    /** Bytes of the RDB are on their way to the socket. The snapshot's thread. */
    void handed(int bytes) {
        handed.addAndGet(bytes);
    }

    /** Whether the socket has all of the RDB that there is so far. Any thread. */
    boolean hasTakenAll() {
        return transferred.get() == handed.get();
    }

    /** What the socket has taken of the RDB. Any thread; may be a little old. */
    long transferredBytes() {
        FileRegion file = rdb;
        return transferred.get() + (file == null ? 0 : file.transferred());
    }

    /** Sends the RDB's file, of {@code bytes}. {@code taken} runs on the command loop when the socket has all of it. */
    void sendFile(FileChannel file, long bytes, Runnable taken) {
        onLoop(
                () -> {
                    FileRegion region = new DefaultFileRegion(file, 0, bytes);
                    rdb = region;
                    channel.writeAndFlush(region)
                            .addListener(
                                    done -> {
                                        if (done.isSuccess()) {
                                            loop().counters().sentSnapshot(bytes);
                                            commandLoop.execute(() -> ifOpen(taken));
                                        }
                                    });
                });
    }

    /** Ends the session from our side when all that was sent is out. {@code sent} is last. */
    void sendLast(String sent) {
        onLoop(
                () ->
                        channel.writeAndFlush(
                                        Unpooled.copiedBuffer(sent, StandardCharsets.US_ASCII))
                                .addListener(
                                        done -> commandLoop.execute(() -> ifOpen(this::close))));
    }

    private void ifOpen(Runnable task) {
        if (state != State.CLOSED) {
            task.run();
        }
    }

    /** A number that moves whenever bytes come from the replica. Any thread. */
    long heardCount() {
        return heard;
    }

    /** The part of a file that the socket has taken, 0 to 1; 0 while none is sent. Any thread. */
    double filePart() {
        FileRegion file = rdb;
        return file == null || file.count() == 0 ? 0 : (double) file.transferred() / file.count();
    }

    /** The replica has been sent enough that the command loop should look. The replica's loop. */
    void progressed() {
        events.progressed();
    }

    /** Whether it does not take the stream that it is offered. Command loop. */
    boolean socketFull() {
        return sender != null && sender.socketFull();
    }

    Channel channel() {
        return channel;
    }

    /** Where the channel is; null before it was adopted. Any thread. */
    ReplicaLoop loop() {
        return home.loop();
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

    /** What a command on its link would be. Any thread. */
    StrayCommand stray(Request request) {
        return client.stray(request);
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

    /** What it is known by when it comes again; null for one that says no port. */
    String name() {
        return handshake.listeningPort == 0 ? null : ip() + ":" + handshake.listeningPort;
    }

    boolean isOfSameReplica(ReplicaSession other) {
        int port = handshake.listeningPort;
        // Ports first: a thousand replicas that join are compared half a million times.
        return port != 0 && port == other.handshake.listeningPort && ip().equals(other.ip());
    }

    /** Whether the stream is sent to it, and it speaks for its replica. */
    boolean countsAsOnline() {
        return state == State.ONLINE && !superseded;
    }

    ReplicaView view(long nowMillis) {
        return new ReplicaView(
                client.id(),
                client.address(),
                ip(),
                handshake.listeningPort,
                state.redisName,
                ackedOffset,
                life.stillForMillis(nowMillis),
                cursor == null ? 0 : cursor.offset(),
                cursor == null ? 0 : cursor.outputBlocks(),
                cursor == null ? 0 : cursor.outputBytes(),
                cursor != null && cursor.inLog());
    }
}
