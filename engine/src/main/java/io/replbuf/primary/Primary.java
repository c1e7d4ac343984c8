package io.replbuf.primary;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.log.LogConfig;
import io.replbuf.log.LogListener;
import io.replbuf.log.StreamLog;
import io.replbuf.log.StreamLogStats;
import io.replbuf.memory.Owner;
import io.replbuf.primary.FullSyncAttempts.Bound;
import io.replbuf.primary.FullSyncAttempts.Failure;
import io.replbuf.primary.ResyncCauses.Cause;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import io.replbuf.stream.History;
import io.replbuf.stream.RedisOffsets;
import io.replbuf.stream.Replid;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary's side of replication: takes the writes, decides PSYNC, owns the sessions.
 *
 * <p>Every method is for the command loop. Nothing here waits for a socket or a disk: sends happen on the replica loops,
 * writes of the log on its own thread.
 */
public final class Primary implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Primary.class);

    /** Most blocks trimmed in one turn, as Redis does before it sleeps; trimming goes on by itself in the next. */
    private static final int TRIM_BLOCKS = 640;

    /** Of a snapshot that has hardly begun; less would make a forecast of nothing. */
    private static final double SNAPSHOT_PART_MIN = 0.01;

    private final PrimaryEnv env;
    private final EventLoop commandLoop;
    private final ReplicationBuffer buffer;
    private final StreamFeed feed;
    private final StreamTap tap;

    /** Null without. */
    private PrimaryLog log;

    private LogEvents logEvents;
    private final FullResyncs fullResyncs;
    private final ReplicaLoops loops;
    private final ResyncCauses causes = new ResyncCauses();
    private final FullSyncAttempts attempts = new FullSyncAttempts(this::boundBytes);
    private final Sessions sessions = new Sessions(this::dropped);
    private final LimitChecks limits;
    private final Outlooks outlooks;
    private final SendLag sendLag;
    private final Runnable settleAsked = this::settleAsked;
    private final AtomicBoolean turnAsked = new AtomicBoolean();
    private final SendConfig sendConfig;

    /** Whether replicas get only what the log has synced. */
    private final boolean onlySynced;

    private final SessionEvents sessionEvents = new SessionEvents();
    private PrimaryConfig config;
    private History history;

    private long lastPingMillis;
    private long lastSecondMillis;
    private long noReplicaSinceMillis;

    /** Where the backlog's time to live ended it, -1 without. While the stream stands there, no byte is missing. */
    private long releasedOffset = -1;

    private boolean acksAsked;
    private long syncFull;
    private long syncPartialOk;
    private long syncPartialErr;

    /**
     * @throws IllegalArgumentException if an option of the strategy is unknown or out of range
     * @throws UncheckedIOException if the tap cannot be opened; names the path
     */
    public Primary(PrimaryConfig config, PrimaryEnv env) {
        this.config = config;
        this.env = env;
        this.commandLoop = env.commandLoop();
        this.history = env.history();
        this.sendConfig = SendConfig.of(env.options());
        loops = new ReplicaLoops(env.replicaLoops(), env.senderLoops(), env.nanoClock());
        long startOffset = RedisOffsets.fromRedis(env.redisOffset());
        ReplicationBufferFactory factory = env.strategy();
        if (factory.needsHistory() && env.log() == null) {
            throw new IllegalArgumentException(
                    "strategy " + factory.name() + " without a log (expected: one)");
        }
        // Of a strategy without a history it is no option.
        onlySynced = sendConfig.onlySynced() && factory.needsHistory();
        buffer =
                factory.create(
                        new BufferContext(
                                env.nanoClock(),
                                env.extents(),
                                env.accountant().account(Owner.REPLICATION),
                                env.helper(),
                                factory.needsHistory() ? env.log() : null,
                                startOffset,
                                config.backlogBytes(),
                                BufferOption.select(env.options(), factory.options())));
        limits = new LimitChecks(buffer, sessions, config.limit());
        outlooks =
                new Outlooks(
                        buffer,
                        limits,
                        () -> this.config.backlogBytes(),
                        () -> log == null ? 0 : log.readableBytes());
        sendLag =
                new SendLag(
                        env.nanoClock(),
                        limits::nearestBytes,
                        sessions::showTo,
                        sendConfig.lagBytesMax());
        tap = openTap(env, startOffset);
        feed = new StreamFeed(buffer, tap, this::makeRoom);
        fullResyncs = new FullResyncs(new ResyncHost(), env.snapshots());
        noReplicaSinceMillis = nowMillis();
        lastPingMillis = noReplicaSinceMillis;
        if (env.log() != null) {
            openLog(env.log(), env.logEvents());
        } else if (history.continuesAnother()) {
            // Replicas of the life before ask for what comes from here on, as soon as they can.
            feed.keep(true);
        }
    }

    /**
     * Writes the stream into a log from now on; between two commands, outside a transaction.
     *
     * @param opened at the stream's end, and yet to be started; the primary closes it
     * @param events what it was opened with
     * @throws IllegalStateException if there is one already
     */
    public void openLog(StreamLog opened, LogEvents events) {
        if (log != null) {
            throw new IllegalStateException("a second log");
        }
        log = new PrimaryLog(opened, () -> history.replid());
        logEvents = events;
        events.add(
                new LogListener() {
                    @Override
                    public void written(long writtenOffset) {
                        loops.logWritten();
                    }

                    @Override
                    public void synced(long syncedOffset) {
                        if (onlySynced) {
                            loops.wakeAll();
                        }
                    }
                });
        // It takes everything from its first byte on, replicas or not; and that is a SELECT.
        feed.keep(true);
        feed.forgetDb();
        feed.boundaries(new LogBoundaries());
        log.start(buffer);
    }

    /** CONFIG SET changed something. */
    public void configure(PrimaryConfig changed) {
        if (changed.backlogBytes() != config.backlogBytes()) {
            buffer.resizeBacklog(changed.backlogBytes());
        }
        config = changed;
        limits.configure(changed.limit());
        sendLag.changed();
        checkLimits();
    }

    /** CONFIG SET changed what the log keeps; nothing to do without one. */
    public void configure(LogConfig changed) {
        if (log != null) {
            log.configure(changed);
        }
    }

    // ---- the stream ----

    /** A write that was executed in {@code db}: bytes {@code [start, start + length)} of {@code in}, canonical RESP. */
    public void append(int db, ByteBuf in, int start, int length) {
        feed.append(db, in, start, length);
    }

    /** A write by its arguments, name first. */
    public void append(int db, byte[]... arguments) {
        feed.append(db, arguments);
    }

    /** What follows, up to {@link #endTransaction}, belongs together: MULTI. */
    public void beginTransaction(int db) {
        feed.beginTransaction(db);
    }

    /** EXEC. */
    public void endTransaction(int db) {
        feed.endTransaction();
    }

    /**
     * A rewrite of the log begins, between two commands: the next byte begins a segment.
     *
     * @return where the snapshot of the data set as it is now is to be written, see {@link
     *     io.replbuf.log.StreamLog#beginBase}
     */
    public Path beginBase() {
        Path file = log.beginBase(feed.nextOffset());
        feed.forgetDb();
        return file;
    }

    /** Whether what is fed gets into a log. */
    public boolean logWriting() {
        return log != null && log.writing();
    }

    /** After the events of a turn: limits checked, replica loops woken, cursors settled, blocks trimmed. */
    public void endOfTurn() {
        boolean awaited = acksAsked && feed.kept();
        acksAsked = false;
        if (awaited) {
            feed.getAck();
        }
        if (log != null) {
            log.wake();
        }
        if (limits.isDue(feed.nextOffset())) {
            // Before this turn's bytes are sent, as in Redis: whom a limit without patience drops
            // for them gets none of them, whichever loop is faster.
            checkLimits();
        }
        // Under send-only-synced the log's syncs make bytes ready, and wake.
        if (!sessions.isEmpty() && !onlySynced) {
            if (awaited) {
                loops.awaited(feed.nextOffset());
            } else {
                loops.fed(feed.nextOffset());
            }
        }
        settle();
    }

    /** Every 100 ms: PINGs, timeouts, snapshots that are due, the backlog's end. */
    public void cron(long nowMillis) {
        boolean oncePerSecond = nowMillis - lastSecondMillis >= 1000;
        if (oncePerSecond) {
            lastSecondMillis = nowMillis;
            outlooks.look(sessions.all(), nowMillis);
        }
        if (!sessions.isEmpty()
                && nowMillis - lastPingMillis >= config.pingPeriodSeconds() * 1000L) {
            lastPingMillis = nowMillis;
            if (feed.kept()) {
                feed.ping();
            }
        }
        outlooks.publish(sessions.all(), nowMillis);
        fullResyncs.cron(nowMillis, oncePerSecond);
        if (oncePerSecond) {
            sessions.closeLifeless(nowMillis, config.timeoutSeconds() * 1000L, fullResyncs::waited);
            expireBacklog(nowMillis);
        }
        checkLimits();
        sessions.closeBroken(feed.nextOffset(), logMaxBytes());
        if (log != null && log.restartIfDue()) {
            // While writes are refused no command does it.
            feed.forgetDb();
        }
        feed.publishTap();
        endOfTurn();
        loops.wakeAll();
    }

    // ---- commands ----

    /** REPLCONF. */
    public void replconf(ReplicaClient client, Request request, Reply reply) {
        Handshake.of(client.channel()).replconf(request, reply);
    }

    /** PSYNC replid offset. */
    public void psync(ReplicaClient client, Request request, Reply reply) {
        Long offset = Handshake.parse(request, 2);
        if (offset == null) {
            LOG.warn(
                    "Replica {} asks for synchronization but with a wrong offset",
                    client.address());
            reply.error("ERR value is not an integer or out of range");
            return;
        }
        String replid = request.text(1);
        LOG.info("Replica {} asks for synchronization", client.address());
        ReplicaSession session = newSession(client, false);
        boolean forced = replid.startsWith("?");
        Cause cause = forced ? Cause.FIRST : partialResync(session, replid, offset);
        if (cause == null) {
            return;
        }
        if (!forced) {
            syncPartialErr++;
        }
        fullResync(session, cause, reply);
    }

    /** SYNC: no offsets, no ACKs. */
    public void sync(ReplicaClient client, Reply reply) {
        LOG.info("Replica {} asks for synchronization", client.address());
        fullResync(newSession(client, true), Cause.FIRST, reply);
    }

    /** ROLE of a primary. */
    public void role(Reply reply) {
        reply.array(3);
        reply.bulk("master");
        reply.integer(feed.redisOffset());
        List<ReplicaView> online =
                replicas().stream().filter(view -> view.state().equals("online")).toList();
        reply.array(online.size());
        for (ReplicaView replica : online) {
            reply.array(3);
            reply.bulk(replica.ip());
            reply.bulk(Integer.toString(replica.listeningPort()));
            reply.bulk(Long.toString(replica.ackedOffset()));
        }
    }

    /** Offset of the last byte fed, as INFO says it. */
    public long primaryOffset() {
        return feed.redisOffset();
    }

    /** Replicas online that have acknowledged at least {@code redisOffset}, each once however many sessions it has. */
    public int countAcked(long redisOffset) {
        return sessions.countAcked(redisOffset);
    }

    /** Puts a REPLCONF GETACK into the stream at the end of this turn, once. */
    public void requestAcks() {
        acksAsked = true;
    }

    /** Replicas that the stream is sent to, each once. */
    public int onlineReplicas() {
        return sessions.online();
    }

    /** Sessions of any state: INFO's connected_slaves. */
    public int connectedReplicas() {
        return sessions.size();
    }

    /**
     * Drops a replica, exact at any byte.
     *
     * @return false if there is none of that client id
     */
    public boolean kill(long clientId) {
        return sessions.close(clientId);
    }

    // ---- what others see ----

    public History history() {
        return history;
    }

    /** The database that a replica continues in after a snapshot of now; -1 before the first write. */
    public int streamDb() {
        return feed.db();
    }

    /** Whether the stream is kept, so that a snapshot may vouch for its offset. */
    public boolean backlogActive() {
        return feed.kept();
    }

    public BufferStats bufferStats() {
        settle();
        return buffer.stats();
    }

    /** What a new cursor may ask for. */
    public StreamRange coverage() {
        return buffer.coverage();
    }

    public PrimaryConfig config() {
        return config;
    }

    public List<ReplicaView> replicas() {
        settle();
        return sessions.views(nowMillis());
    }

    public PrimaryStats stats() {
        ReplicaLoops.SendTotals sends = loops.totals();
        return new PrimaryStats(
                syncFull,
                syncPartialOk,
                syncPartialErr,
                sessions.limitDisconnections(),
                sends.calls(),
                sends.bytes(),
                sends.eagains(),
                sends.fileCalls(),
                sends.fileBytes(),
                sends.snapshotBytes(),
                sends.copiedBytes(),
                sends.copiesInFlight(),
                sends.moves(),
                sends.failures());
    }

    /** CONFIG RESETSTAT. */
    public void resetStats() {
        syncFull = 0;
        syncPartialOk = 0;
        syncPartialErr = 0;
        causes.reset();
        attempts.resetStats();
    }

    /** Lines of INFO replication, without its header. */
    public void infoReplication(StringBuilder out) {
        PrimaryInfo.replication(out, this);
    }

    /** Lines of INFO replication_buffer, without its header. */
    public void infoReplicationBuffer(StringBuilder out) {
        PrimaryInfo.replicationBuffer(out, this);
    }

    String strategy() {
        return env.strategy().name();
    }

    /** Whether the log asks for writers to be held back: its disk cannot follow the stream. */
    public boolean throttling() {
        return log != null && log.throttling();
    }

    /** Whether writers are to wait, because replicas are behind whose sockets would take more. Asked before each write. */
    public boolean outrunsSends() {
        return sendLag.holds(feed.nextOffset());
    }

    /** The same after another look, if they were to wait at the last. */
    public boolean stillOutrunsSends() {
        return sendLag.stillHolds(feed.nextOffset());
    }

    List<ReplicaSession> sessions() {
        return sessions.all();
    }

    Forecast forecast(ReplicaSession session) {
        return outlooks.of(session, nowMillis());
    }

    ResyncCauses causes() {
        return causes;
    }

    /** How many requests for a full resync were answered with "not now". */
    long refusedFullResyncs() {
        return attempts.refused();
    }

    /** As of now. */
    SendLag sendLag() {
        sendLag.look(feed.nextOffset());
        return sendLag;
    }

    /** The disk's cap that wins over readers of the log; 0 without a log. */
    long logMaxBytes() {
        return log == null ? 0 : log.maxBytes();
    }

    /** The log's numbers; null without a log. */
    public StreamLogStats logStats() {
        return log == null ? null : log.stats();
    }

    /** Ends all sessions and gives everything back. */
    @Override
    public void close() {
        sessions.closeAll();
        if (log != null) {
            log.close();
        }
        buffer.close();
        if (tap != null) {
            tap.close();
        }
    }

    // ---- resyncs ----

    private ReplicaSession newSession(ReplicaClient client, boolean legacySync) {
        ReplicaSession session =
                new ReplicaSession(
                        client,
                        legacySync,
                        loops.next(),
                        loops.nextSender(),
                        commandLoop,
                        sessionEvents,
                        env.slots());
        session.life.begin(nowMillis());
        return session;
    }

    /** Lets the replica continue, and returns null; or says why it cannot. */
    private Cause partialResync(ReplicaSession session, String replid, long offset) {
        PartialResync resync =
                PartialResync.decide(
                        history,
                        buffer,
                        feed.kept() || feed.nextOffset() == releasedOffset,
                        replid,
                        offset,
                        session);
        if (resync.answer() == PartialResync.Answer.FOREIGN) {
            LOG.info(
                    "Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '{}' at {}, my replication IDs"
                            + " are '{}' and '{}' up to {})",
                    printable(replid),
                    offset,
                    history.replid(),
                    history.replid2(),
                    history.secondReplOffset());
            boolean ours =
                    replid.equals(history.replid().hex()) || replid.equals(history.replid2().hex());
            return ours ? Cause.AHEAD : Cause.FOREIGN;
        }
        if (resync.answer() == PartialResync.Answer.NOT_KEPT) {
            return notKept(session, replid, offset);
        }
        session.cursor = resync.cursor();
        feed.keep(true);
        limits.opened();
        syncPartialOk++;
        LOG.info(
                "Partial resynchronization request from {} accepted. Sending {} bytes of backlog starting from offset {}{}.",
                session.address(),
                feed.nextOffset() - offset,
                offset,
                session.cursor.inLog() ? ", from the log" : "");
        admit(session, ReplicaSlot.Field.PARTIAL_RESYNCS);
        session.send(
                session.handshake.psync2
                        ? "+CONTINUE " + history.replid() + "\r\n"
                        : "+CONTINUE\r\n");
        stream(session);
        return null;
    }

    private Cause notKept(ReplicaSession session, String replid, long offset) {
        if (causes.isExpired(replid)) {
            LOG.info(
                    "Unable to partial resync with replica {} for lack of backlog (Replica request was: {}; repl-backlog-ttl freed it at"
                            + " {}).",
                    session.address(),
                    offset,
                    history.secondReplOffset());
            return Cause.TTL;
        }
        StreamRange held = buffer.coverage();
        if (!feed.kept()) {
            LOG.info(
                    "Unable to partial resync with replica {} for lack of backlog (Replica request was: {}; nothing is kept).",
                    session.address(),
                    offset);
            return Cause.NO_BACKLOG;
        }
        if (offset >= held.startOffset()) {
            LOG.info(
                    "Unable to partial resync with replica {} for lack of backlog (Replica request was: {}; held: {} to {}).",
                    session.address(),
                    offset,
                    held.startOffset(),
                    held.nextOffset());
            return Cause.AHEAD;
        }
        String dropped = causes.whyDropped(session);
        LOG.info(
                "Unable to partial resync with replica {} for lack of backlog (Replica request was: {}; held: {} to {}; {} bytes are"
                        + " missing, a repl-backlog-size of {} would have kept them{}).",
                session.address(),
                offset,
                held.startOffset(),
                held.nextOffset(),
                held.startOffset() - offset,
                held.nextOffset() - offset,
                dropped == null ? "" : "; it was dropped before for " + dropped);
        return dropped == null ? Cause.GAP : Cause.DROPPED;
    }

    private void fullResync(ReplicaSession session, Cause cause, Reply reply) {
        // A backup that wants no stream needs nothing kept.
        String refusal =
                session.handshake.rdbOnly
                        ? null
                        : attempts.refusal(
                                session.name(), outlooks.writtenPerSecond(), nowMillis());
        if (refusal != null) {
            // Replicas since 4.0 come again later for this word; for others they would try SYNC.
            reply.error("NOMASTERLINK " + refusal);
            return;
        }
        syncFull++;
        causes.count(cause);
        admit(session, ReplicaSlot.Field.FULL_RESYNCS);
        LOG.info("Full resync requested by replica {}", session.address());
        session.catchUpOffset = Long.MAX_VALUE;
        fullResyncs.request(session, nowMillis());
    }

    /** A session is about to be ended by us. */
    private void dropped(ReplicaSession session, String why, Bound bound) {
        causes.dropped(session, why);
        boolean inFullSync = session.catchUpOffset >= 0 && session.snapshotOffset > 0;
        if (bound != null && inFullSync) {
            attempts.failed(
                    session.name(),
                    new Failure(
                            bound,
                            boundBytes(bound),
                            feed.nextOffset() - session.snapshotOffset,
                            Math.max(fullResyncs.part(session), SNAPSHOT_PART_MIN),
                            nowMillis() - session.cutMillis));
        }
    }

    private long boundBytes(Bound bound) {
        long bytes =
                switch (bound) {
                    case HARD_LIMIT -> config.limit().hardBytes();
                    case SOFT_LIMIT -> config.limit().softBytes();
                    case LOG_CAP -> logMaxBytes();
                };
        return bytes == 0 ? Long.MAX_VALUE : bytes;
    }

    private void admit(ReplicaSession session, ReplicaSlot.Field kind) {
        ReplicaSlot slot = session.slot();
        if (slot != null) {
            slot.set(ReplicaSlot.Field.CONNECTED, 1);
            slot.set(ReplicaSlot.Field.LOSS_MILLIS, -1);
            slot.add(ReplicaSlot.Field.SESSIONS, 1);
            slot.add(kind, 1);
        }
        sessions.add(session);
        session.adopt(config.noDelay());
    }

    private void stream(ReplicaSession session) {
        if (session.catchUpOffset >= 0) {
            // One that came by SYNC never says what it has.
            session.catchUpOffset = session.legacySync ? -1 : feed.redisOffset();
        }
        session.taken.reset();
        session.stream(sendConfig, nowMillis());
        sendLag.changed();
    }

    private boolean openCursor(ReplicaSession session, long offset) {
        session.cursor = buffer.open(offset, CursorRole.REPLICA, session);
        limits.opened();
        return session.cursor != null;
    }

    // ---- upkeep ----

    private long nowMillis() {
        return env.tickMillis().getAsLong();
    }

    private void askForTurn() {
        if (turnAsked.compareAndSet(false, true)) {
            commandLoop.execute(settleAsked);
        }
    }

    private void settleAsked() {
        turnAsked.set(false);
        try {
            settle();
        } catch (RuntimeException e) {
            // A scheduled task's would end in a future without a reader.
            LOG.error("Trimming the stream failed, the next turn tries again", e);
        }
    }

    /**
     * What is left is done after the loop has looked at its sockets: a task that asks for the next runs before them, so that
     * 2 GB were trimmed in one go, for 13 ms.
     */
    private void settle() {
        if (buffer.turn(TRIM_BLOCKS) && turnAsked.compareAndSet(false, true)) {
            commandLoop.schedule(settleAsked, 1, TimeUnit.NANOSECONDS);
        }
    }

    private void checkLimits() {
        buffer.turn(TRIM_BLOCKS);
        limits.look(feed.nextOffset(), nowMillis());
    }

    /** No memory for the stream: the largest laggard goes; without any, nothing is kept any more. */
    private boolean makeRoom(String reason) {
        if (sessions.closeLargest(reason)) {
            buffer.turn(Integer.MAX_VALUE);
            return true;
        }
        LOG.error(
                "No memory for the stream ({}) and no replica left to drop: the backlog ends here",
                reason);
        if (log != null) {
            // Its cursor pins what it has not written; with the log gone, the rest can go.
            log.close();
            logEvents.stopped("no memory for the stream");
        }
        buffer.dropBacklog();
        history = History.fresh();
        return false;
    }

    private void expireBacklog(long nowMillis) {
        if (!sessions.isEmpty() || log != null || !feed.kept() || config.backlogTtlSeconds() == 0) {
            return;
        }
        if (nowMillis - noReplicaSinceMillis > config.backlogTtlSeconds() * 1000L) {
            // Writes are not kept from here on, so they get a new name: the old one is honoured up
            // to
            // here, for a replica that has it all and comes back before the next write.
            causes.expired(history.replid());
            releasedOffset = feed.nextOffset();
            history = history.shift(releasedOffset);
            feed.keep(false);
            buffer.dropBacklog();
            LOG.info(
                    "Replication backlog freed after {} seconds without connected replicas.",
                    config.backlogTtlSeconds());
        }
    }

    private static String printable(String text) {
        String cut = text.length() > Replid.LENGTH ? text.substring(0, Replid.LENGTH) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    private static StreamTap openTap(PrimaryEnv env, long startOffset) {
        if (env.tap() == null) {
            return null;
        }
        try {
            return new StreamTap(env.tap(), startOffset);
        } catch (IOException e) {
            throw new UncheckedIOException("repl-buffer-tap: " + env.tap() + " cannot be made", e);
        }
    }

    private final class SessionEvents implements ReplicaSession.Events {
        @Override
        public void acked(ReplicaSession session) {
            session.life.sign(nowMillis());
            if (session.state() == ReplicaSession.State.WAIT_ACK) {
                LOG.info("Synchronization with replica {} succeeded", session.address());
                stream(session);
            }
            if (session.catchUpOffset >= 0 && session.ackedOffset >= session.catchUpOffset) {
                session.catchUpOffset = -1;
                attempts.succeeded(session.name());
            }
            env.acked().run();
        }

        @Override
        public void progressed() {
            askForTurn();
        }

        @Override
        public void ended(ReplicaSession session) {
            sessions.remove(session);
            fullResyncs.left(session);
            if (sessions.isEmpty()) {
                noReplicaSinceMillis = nowMillis();
            }
            settle();
        }
    }

    private final class LogBoundaries implements Boundaries {
        @Override
        public boolean rollBefore(long nextOffset) {
            return log.rollBefore(nextOffset);
        }

        @Override
        public void command(long nextOffset, int db) {
            log.mark(nextOffset, db);
        }
    }

    private final class ResyncHost implements FullResyncs.Host {
        @Override
        public PrimaryConfig config() {
            return config;
        }

        @Override
        public boolean openCursor(ReplicaSession session, long offset) {
            return Primary.this.openCursor(session, offset);
        }

        @Override
        public long cut() {
            feed.keep(true);
            feed.forgetDb();
            return feed.nextOffset();
        }

        @Override
        public Replid replid() {
            return history.replid();
        }

        @Override
        public int streamDb() {
            // The stream's next command carries a SELECT, so any database will do.
            return Math.max(feed.db(), 0);
        }

        @Override
        public boolean mayHave(long offset) {
            return !onlySynced || log.syncedOffset() >= offset;
        }

        @Override
        public boolean syncs() {
            return !onlySynced || log.syncs();
        }

        @Override
        public long nowMillis() {
            return Primary.this.nowMillis();
        }

        @Override
        public long syncedOffset() {
            return log == null ? 0 : log.syncedOffset();
        }

        @Override
        public void startStream(ReplicaSession session) {
            LOG.info("Synchronization with replica {} succeeded", session.address());
            stream(session);
        }

        @Override
        public void drop(ReplicaSession session, String why) {
            LOG.warn("{}: {}", why, session.address());
            session.close();
        }
    }
}
