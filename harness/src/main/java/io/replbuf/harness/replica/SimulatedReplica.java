package io.replbuf.harness.replica;

import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica over all its connections: keeps history and offset, comes back after faults, checks what it reads.
 *
 * <p>It holds no data set: the snapshot is counted and the stream hashed. Commands may come from any thread and are done on the event
 * loop in order; {@link #state} and {@link #offset} may be read by any thread. While its reader is paused it goes on acknowledging the
 * offset it has, so that the primary's output limit decides its fate and not {@code repl-timeout}; if the primary closes meanwhile it
 * comes back when it is resumed.
 */
public final class SimulatedReplica {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedReplica.class);
    private static final long ACK_NANOS = 1_000_000_000L;

    /** As {@code repl-timeout}: a primary that says nothing for so long is given up. */
    private static final long SILENCE_NANOS = 60_000_000_000L;

    /** Where a replica stands. */
    public enum State {
        AWAY,
        CONNECTING,
        HANDSHAKE,
        LOADING,
        STREAMING,
        LEFT
    }

    private final ReplicaOptions options;
    private final ReplicaFleet fleet;
    private final EventLoop loop;
    private final ChunkHasher hasher;
    private final ChunkChecker checker;
    private final AppliedOffset applied;
    private final Session session = new Session();
    private ReplicaLink link;
    private OpenResync resync;
    private boolean settling;
    private String replid;

    /** Of the full resync under way; takes over once the snapshot is here. */
    private String pendingReplid;

    private StreamWatcher watcher;
    private volatile boolean wanted;
    private boolean paused;
    private long slowRate;
    private long lostAt;
    private String cause = "initial";
    private long streamStart;
    private long nextAckAt;
    private boolean headUnread;
    private boolean retryScheduled;
    private volatile State state = State.AWAY;
    private volatile long offset;
    private volatile long gaps;

    SimulatedReplica(
            ReplicaOptions options,
            ReplicaFleet fleet,
            EventLoop loop,
            ChunkChecker checker,
            ChunkHasher hasher) {
        this.options = options;
        this.fleet = fleet;
        this.loop = loop;
        this.checker = checker;
        this.hasher = hasher;
        this.applied = new AppliedOffset(options.applyDelayNanos());
    }

    public int index() {
        return options.index();
    }

    public int listeningPort() {
        return options.listeningPort();
    }

    public State state() {
        return state;
    }

    /** Offset of the last byte that it has, in Redis' sense. */
    public long offset() {
        return offset;
    }

    /** Shows all further stream bytes to a watcher, on the event loop. */
    public void watch(StreamWatcher newWatcher) {
        onLoop(() -> watcher = newWatcher);
    }

    long gaps() {
        return gaps;
    }

    ChunkChecker checker() {
        return checker;
    }

    /** Connects for the first time, or again with the history it holds. */
    public void connect() {
        onLoop(() -> attach(null));
    }

    /** Connects as a new replica, without a history. */
    public void join() {
        onLoop(
                () -> {
                    replid = null;
                    lostAt = 0;
                    attach("join");
                });
    }

    /** Closes (FIN) and stays away until {@link #connect}; the offset is kept. */
    public void disconnect() {
        onLoop(() -> detach(false, "disconnect"));
    }

    /** The same with a reset. */
    public void resetPeer() {
        onLoop(() -> detach(true, "reset-peer"));
    }

    /** Closes and forgets its offset. */
    public void leave() {
        onLoop(
                () -> {
                    detach(false, "join");
                    replid = null;
                    state = State.LEFT;
                });
    }

    /** Reads nothing more until {@link #resumeReader}. */
    public void pauseReader() {
        onLoop(() -> steer(true, slowRate));
    }

    /** Reads at this rate until {@link #resumeReader}. */
    public void slowReader(long bytesPerSecond) {
        onLoop(() -> steer(false, bytesPerSecond));
    }

    /** Reads as its options say again. */
    public void resumeReader() {
        onLoop(() -> steer(false, 0));
    }

    boolean isPaused() {
        return paused;
    }

    /** Whether it means to be connected. */
    boolean isWanted() {
        return wanted;
    }

    /** What it may read a second now; 0 for no limit. */
    long readRate() {
        long usual = options.bytesPerSecond();
        if (slowRate == 0 || usual == 0) {
            return Math.max(slowRate, usual);
        }
        return Math.min(slowRate, usual);
    }

    private void onLoop(Runnable command) {
        if (loop.inEventLoop()) {
            command.run();
        } else {
            loop.execute(command);
        }
    }

    private void steer(boolean pausedNow, long rate) {
        paused = pausedNow;
        slowRate = rate;
        if (link != null) {
            link.steer(readRate(), paused);
        } else if (wanted && !paused) {
            open();
        }
    }

    private void attach(String why) {
        wanted = true;
        if (why != null) {
            cause = why;
        }
        if (link == null) {
            open();
        }
    }

    private void detach(boolean reset, String why) {
        wanted = false;
        cause = why;
        if (link != null) {
            ReplicaLink over = link;
            dropped();
            over.giveUp(reset);
        }
        state = State.AWAY;
    }

    private void open() {
        if (link != null || !wanted || paused) {
            return;
        }
        state = State.CONNECTING;
        PacedReads reads =
                new PacedReads(
                        options.checkEvery() == 1
                                ? PacedReads.FREE_READ_BYTES
                                : PacedReads.LARGE_READ_BYTES);
        ReplicaProtocol protocol =
                new ReplicaProtocol(
                        session,
                        fleet.password(),
                        options.listeningPort(),
                        replid,
                        offset + 1,
                        options.checkEvery() == 1);
        ReplicaLink opened = new ReplicaLink(this, protocol, reads, options.latencyNanos());
        link = opened;
        fleet.connect(options, reads, opened)
                .addListener(
                        done -> {
                            if (!done.isSuccess() && link == opened) {
                                lost(opened, done.cause());
                            } else if (link == opened) {
                                state = State.HANDSHAKE;
                            }
                        });
    }

    /** The connection ended and nobody here wanted that. */
    void lost(ReplicaLink over, Throwable why) {
        if (link != over) {
            return;
        }
        boolean attached = state == State.STREAMING || state == State.LOADING;
        if (attached) {
            long primary = fleet.primaryOffset();
            cause =
                    fleet.probe()
                            .closeCause(
                                    options.listeningPort(), primary < 0 ? 0 : primary - offset);
        }
        LOG.debug(
                "replica {} lost its link at offset {}: {}",
                index(),
                offset,
                why == null ? "closed" : why);
        dropped();
        state = State.AWAY;
        retry();
    }

    /** The primary does not keep to the protocol. */
    void broken(ReplicaLink over, ReplicaProtocolException why) {
        if (link != over) {
            return;
        }
        LOG.warn("replica {} {}", index(), why.getMessage());
        fleet.protocolError(why);
        cause = "protocol";
        dropped();
        over.giveUp(true);
        state = State.AWAY;
        retry();
    }

    /** What every end of a connection has in common. */
    private void dropped() {
        if (state == State.STREAMING) {
            lostAt = System.nanoTime();
        }
        link = null;
        headUnread = false;
        closeResync();
    }

    private void retry() {
        if (!wanted || paused || retryScheduled) {
            return;
        }
        retryScheduled = true;
        loop.schedule(
                () -> {
                    retryScheduled = false;
                    open();
                },
                options.reconnectNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Twenty times a second: acknowledgements, silence, and what has to settle. */
    void tick(long now) {
        checker.settle();
        if (settling && now - resync.caughtUpAt() > ReplicaFleet.SETTLE_NANOS) {
            closeResync();
        }
        if (link == null) {
            return;
        }
        if (state == State.STREAMING && now - nextAckAt >= 0) {
            acknowledge(applied.at(now), now);
            link.flush();
        }
        if (now - link.heardAt() > SILENCE_NANOS) {
            ReplicaLink over = link;
            cause = "timeout";
            dropped();
            over.giveUp(true);
            state = State.AWAY;
            retry();
        }
    }

    void settleTail() {
        if (state == State.STREAMING) {
            checker.settleTail(hasher);
        }
    }

    private void acknowledge(long acked, long now) {
        link.send("REPLCONF", "ACK", Long.toString(acked));
        nextAckAt = now + ACK_NANOS;
    }

    private void closeResync() {
        OpenResync closing = resync;
        resync = null;
        settling = false;
        if (closing != null && closing.isAnswered()) {
            fleet.record(
                    closing.close(
                            fleet.probe().fileBytes(options.listeningPort()), System.nanoTime()));
        }
    }

    private void progressed(long now) {
        if (resync != null && !settling && resync.caughtUp(offset, now)) {
            // What the server counts as sent from a file is published a little later than the bytes
            // arrive.
            settling = true;
        }
    }

    /** What the protocol finds out; always on behalf of {@link #link}. */
    private final class Session implements ReplicaProtocol.Listener {
        @Override
        public void send(String... words) {
            if (words[0].equals("PSYNC")) {
                closeResync();
                long requested = replid == null ? -1 : offset + 1;
                resync =
                        new OpenResync(
                                index(),
                                cause,
                                requested,
                                System.nanoTime(),
                                lostAt,
                                fleet.probe().fileBytes(options.listeningPort()));
            }
            link.send(words);
        }

        @Override
        public void fullResync(String newReplid, long newOffset) {
            long now = System.nanoTime();
            resync.answered(ResyncRecord.Kind.FULL, newOffset + 1, fleet.primaryOffset(), now);
            // The old history is gone for good: a link that breaks during the transfer must not ask
            // for it.
            replid = null;
            streamStart = newOffset;
            pendingReplid = newReplid;
            state = State.LOADING;
        }

        @Override
        public void snapshotBytes(int bytes) {
            resync.snapshotBytes(bytes, System.nanoTime());
        }

        @Override
        public void snapshotDone() {
            long now = System.nanoTime();
            replid = pendingReplid;
            fleet.restarted(SimulatedReplica.this);
            hasher.restart(streamStart);
            applied.restart(streamStart);
            offset = streamStart;
            headUnread = true;
            state = State.STREAMING;
            lostAt = 0;
            // The primary of a diskless transfer holds the stream back until it hears this.
            acknowledge(offset, now);
            progressed(now);
        }

        @Override
        public void continued(String newReplid) {
            long now = System.nanoTime();
            resync.answered(ResyncRecord.Kind.PARTIAL, offset + 1, fleet.primaryOffset(), now);
            if (newReplid != null) {
                replid = newReplid;
            }
            state = State.STREAMING;
            lostAt = 0;
            nextAckAt = now;
            progressed(now);
        }

        @Override
        public void stream(ByteBuffer bytes, int from, int to) {
            if (headUnread) {
                headUnread = false;
                if (bytes.get(from) != '*') {
                    gaps++;
                    LOG.error(
                            "replica {} stream at offset {} begins with byte {} (expected: '*')",
                            index(),
                            offset + 1,
                            bytes.get(from));
                }
            }
            streamStart = offset;
            if (watcher != null) {
                watcher.stream(bytes, from, to);
            }
            hasher.update(bytes, from, to);
            long now = System.nanoTime();
            offset = streamStart + to - from;
            applied.received(offset, now);
            if (resync != null && !settling) {
                resync.streamBytes(to - from, now);
                progressed(now);
            }
        }

        @Override
        public void getAck(int bytesBefore) {
            long now = System.nanoTime();
            acknowledge(Math.min(applied.at(now), streamStart + bytesBefore), now);
        }

        @Override
        public void refused(String line) {
            LOG.debug("replica {} was refused: {}", index(), line);
            fleet.refused();
            ReplicaLink over = link;
            resync = null;
            dropped();
            over.giveUp(false);
            state = State.AWAY;
            retry();
        }
    }
}
