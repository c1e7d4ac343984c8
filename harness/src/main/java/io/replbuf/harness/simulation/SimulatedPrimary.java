package io.replbuf.harness.simulation;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferExhaustedException;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.log.LogConfig;
import io.replbuf.log.LogEnv;
import io.replbuf.log.LogListener;
import io.replbuf.log.RecoveredLog;
import io.replbuf.log.StreamIndex;
import io.replbuf.log.StreamLog;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.primary.PartialResync;
import io.replbuf.stream.History;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One life of a primary, from its start to its crash or shutdown: drives strategy and log as {@code io.replbuf.primary} does.
 *
 * <p>Everything here is the command loop's.
 */
final class SimulatedPrimary {
    private static final int TRIM_BLOCKS = 640;
    private static final int LIMIT_CHECK_BYTES = 16 << 10;

    private final World world;
    private final Extents extents;
    private final Accountant accountant = new Accountant();
    private final PlayedLog playedLog;
    private final SimulatedDisk disk;
    private final TaskActor helper;
    private final List<Session> sessions = new ArrayList<>();
    private final ReplicationBuffer buffer;
    private final StreamLog log;
    private ReplicaCursor logCursor;
    private History history;
    private LimitConfig limitConfig;
    private OutputLimit limit;
    private long backlogBytes;
    private boolean kept;
    private boolean logAbandoned;
    private long settledStep = -1;
    private boolean logStopCounted;
    private long fedAtTurn;
    private long fedWhenLimitsChecked;
    private long noReplicaSinceNanos;

    /** What is below need not be kept for new cursors. */
    private long owedFrom;

    private long lastNextOffset;
    private Save save;

    /** Snapshots that are ready for replicas which may not have them yet. */
    private final List<HeldSnapshot> heldSnapshots = new ArrayList<>();

    /** A snapshot on disk that vouches for an offset. */
    record Save(String replid, long nextOffset) {}

    private record HeldSnapshot(Session session, String replid) {}

    /**
     * @param disk null for a strategy without a log
     * @param startOffset where its stream goes on
     * @param found the log to continue; null to begin a fresh one
     * @param playedLog the log's surroundings; null without a log
     */
    SimulatedPrimary(
            World world,
            Extents extents,
            SimulatedDisk disk,
            History history,
            long startOffset,
            RecoveredLog found,
            PlayedLog playedLog) {
        this.world = world;
        this.extents = extents;
        this.disk = disk;
        this.history = history;
        this.helper = new TaskActor(world.scheduler);
        this.backlogBytes = world.plan.backlogBytes();
        this.playedLog = playedLog;
        this.log = playedLog == null ? null : playedLog.open(found, history.replid(), startOffset);
        if (playedLog != null) {
            playedLog.primary = this;
        }
        buffer =
                world.factory.create(
                        new BufferContext(
                                world.scheduler::nanoTime,
                                extents,
                                accountant.account(Owner.REPLICATION),
                                helper,
                                log,
                                startOffset,
                                backlogBytes,
                                BufferOption.select(
                                        world.plan.options(), world.factory.options())));
        configureLimit(world.limit);
        owedFrom = startOffset;
        lastNextOffset = startOffset;
        fedAtTurn = startOffset;
        fedWhenLimitsChecked = startOffset;
        noReplicaSinceNanos = world.scheduler.nanoTime();
        if (log != null) {
            kept = true;
            startLog();
        }
    }

    /** The log's surroundings in one life. */
    static final class PlayedLog {
        final SimulatedThreads threads;
        final LogConfig config;
        final LogEnv env;
        final Accountant accountant = new Accountant();
        SimulatedPrimary primary;

        PlayedLog(World world, SimulatedDisk disk) {
            threads = new SimulatedThreads(world.scheduler);
            config = LogConfig.of(world.plan.options(), disk.folder());
            LogListener listener =
                    new LogListener() {
                        @Override
                        public void written(long writtenOffset) {
                            if (primary != null) {
                                primary.logWritten();
                            }
                        }

                        @Override
                        public void synced(long syncedOffset) {
                            if (primary != null) {
                                primary.logSynced();
                            }
                        }
                    };
            env =
                    new LogEnv(
                            world.scheduler::nanoTime,
                            world.scheduler::millis,
                            accountant.account(Owner.LOG),
                            world.commandLoop,
                            disk,
                            StreamIndex.inMemory(),
                            listener,
                            threads);
        }

        StreamLog open(RecoveredLog found, Replid replid, long startOffset) {
            try {
                return found == null
                        ? StreamLog.open(config, env, replid, startOffset)
                        : found.resume(startOffset, replid);
            } catch (IOException e) {
                throw new UncheckedIOException("the log cannot be opened", e);
            }
        }
    }

    // ---- the stream

    /** A write of whole frames, in pieces as a pipeline may bring them. */
    void feed(int frames) {
        if (log != null && log.throttling()) {
            return;
        }
        long next = buffer.nextOffset();
        beforeCommand(next);
        int bytes = frames * ModelStream.FRAME_BYTES;
        ByteBuffer command = world.scratch(bytes);
        world.model.read(next, command, bytes);
        command.flip();
        while (command.position() < bytes) {
            int piece = 1 + world.random.nextInt(bytes - command.position());
            command.limit(command.position() + piece);
            feed(command);
            command.limit(bytes);
        }
        Violation.unless(
                buffer.nextOffset() == next + bytes,
                "nextOffset after a write",
                buffer.nextOffset(),
                "=",
                next + bytes);
        world.counts.fedBytes += bytes;
        owedFrom = Math.max(owedFrom, buffer.nextOffset() - owedBytes());
        if (world.random.nextInt(20) == 0) {
            save = kept ? new Save(history.replid().hex(), buffer.nextOffset()) : null;
        }
        world.scheduler.note(buffer.nextOffset());
        world.trace(() -> "write of " + bytes + ", coverage " + buffer.coverage());
    }

    private void beforeCommand(long next) {
        if (log == null || logAbandoned) {
            return;
        }
        if (log.wantsRoll(next)) {
            log.rollAt(next);
        } else {
            restartLogIfDue();
        }
        log.mark(next, 0);
    }

    private void restartLogIfDue() {
        if (log != null && !logAbandoned && kept && log.wantsRestart()) {
            logCursor = buffer.open(buffer.nextOffset(), CursorRole.LOG, log.loop());
            log.restart(logCursor, history.replid());
            logStopCounted = false;
        }
    }

    private void feed(ByteBuffer bytes) {
        int from = bytes.position();
        long next = buffer.nextOffset();
        while (kept) {
            try {
                buffer.feed(bytes);
                return;
            } catch (BufferExhaustedException e) {
                Violation.unless(
                        buffer.nextOffset() == next && bytes.position() == from,
                        "nextOffset after a refused write",
                        buffer.nextOffset(),
                        "=",
                        next);
                kept = makeRoom();
            }
        }
        buffer.skip(bytes.remaining());
        bytes.position(bytes.limit());
        owedFrom = buffer.nextOffset();
    }

    /** As the primary does: the largest laggard goes; without any, nothing is kept any more. */
    private boolean makeRoom() {
        Session largest = null;
        for (Session session : sessions) {
            if (largest == null || session.cursor.outputBytes() > largest.cursor.outputBytes()) {
                largest = session;
            }
        }
        world.counts.memoryWants++;
        if (largest != null) {
            kill(largest, false);
            buffer.turn(Integer.MAX_VALUE);
            return true;
        }
        if (log != null) {
            log.close();
            logAbandoned = true;
        }
        giveUpBacklog();
        return false;
    }

    private void giveUpBacklog() {
        buffer.dropBacklog();
        history = History.fresh();
        kept = false;
        save = null;
        owedFrom = buffer.nextOffset();
        world.counts.backlogsGivenUp++;
    }

    void endOfTurn() {
        if (log != null && !logAbandoned) {
            log.wake();
        }
        if (buffer.nextOffset() - fedWhenLimitsChecked >= LIMIT_CHECK_BYTES) {
            checkLimits();
        }
        if (buffer.nextOffset() != fedAtTurn) {
            fedAtTurn = buffer.nextOffset();
            if (!onlySynced()) {
                sessions.forEach(session -> session.loop.consider(session));
            }
        }
        settle();
    }

    /** The server's cron. */
    void cron() {
        sendSyncedSnapshots();
        checkLimits();
        for (int i = sessions.size() - 1; i >= 0; i--) {
            if (sessions.get(i).cursor.broken() != null) {
                world.counts.brokenPlaces++;
                kill(sessions.get(i), false);
            }
        }
        long alone = world.scheduler.nanoTime() - noReplicaSinceNanos;
        if (sessions.isEmpty() && log == null && kept && alone > TimeUnit.SECONDS.toNanos(10)) {
            giveUpBacklog();
        }
        restartLogIfDue();
        sessions.forEach(session -> session.loop.consider(session));
        if (log != null && !log.writing() && !logStopCounted) {
            logStopCounted = true;
            world.counts.logStops++;
        }
    }

    private void settle() {
        if (buffer.turn(TRIM_BLOCKS)) {
            world.commandLoop.execute(() -> {});
        } else {
            settledStep = world.scheduler.steps();
        }
    }

    private void checkLimits() {
        settledStep = -1;
        fedWhenLimitsChecked = buffer.nextOffset();
        buffer.turn(TRIM_BLOCKS);
        long now = world.scheduler.millis();
        for (int i = sessions.size() - 1; i >= 0; i--) {
            Session session = sessions.get(i);
            if (session.limitWatch.exceeded(session.cursor, limit, limitConfig, now)) {
                world.counts.limitKills++;
                kill(session, true);
            }
        }
    }

    void configureLimit(LimitConfig config) {
        limitConfig = config;
        limit = buffer.limit(config);
    }

    void resizeBacklog(long bytes) {
        // A strategy may lose its content at this, as the ring of Redis 6.2 does.
        owedFrom = buffer.nextOffset();
        backlogBytes = bytes;
        buffer.resizeBacklog(bytes);
    }

    // ---- replicas

    /** PSYNC. */
    void connect(Follower follower) {
        ReplicaLoop loop = world.anyLoop();
        Session session = new Session(world, this, follower, loop, world.newLink(follower));
        if (follower.replid == null) {
            if (snapshotsBegin(follower)) {
                world.counts.firstResyncs++;
                fullResync(session);
            }
            return;
        }
        long refusals = world.refusals();
        PartialResync resync =
                PartialResync.decide(
                        history, buffer, kept, follower.replid, follower.nextOffset, loop);
        world.scheduler.note(follower.nextOffset ^ resync.answer().ordinal());
        world.trace(() -> follower + " asks for " + follower.nextOffset + ": " + resync.answer());
        switch (resync.answer()) {
            case CONTINUE -> continueStream(session, resync.cursor());
            case FOREIGN -> {
                if (!snapshotsBegin(follower)) {
                    return;
                }
                world.counts.foreignResyncs++;
                if (follower.ahead) {
                    world.counts.aheadRefusals++;
                }
                fullResync(session);
            }
            default -> {
                boolean owed =
                        kept
                                && world.refusals() == refusals
                                && follower.nextOffset >= owedFrom
                                && follower.nextOffset <= buffer.nextOffset();
                if (owed) {
                    throw new Violation(
                            follower
                                    + " at "
                                    + follower.nextOffset
                                    + " refused (expected: all from "
                                    + owedFrom
                                    + " on is kept, coverage is "
                                    + buffer.coverage()
                                    + ")");
                }
                if (snapshotsBegin(follower)) {
                    world.counts.notKeptResyncs++;
                    fullResync(session);
                }
            }
        }
    }

    /** None does that would wait for a log that has stopped: then the replica waits, which here is to ask again. */
    private boolean snapshotsBegin(Follower follower) {
        if (onlySynced() && !log.writing()) {
            world.scheduler.after(world.plan.cronNanos(), () -> world.connect(follower));
            return false;
        }
        return true;
    }

    private void continueStream(Session session, ReplicaCursor cursor) {
        Follower follower = session.follower;
        if (follower.ahead) {
            throw new Violation(
                    follower
                            + " continues at "
                            + follower.nextOffset
                            + " (expected: a full resync, it has bytes that were lost in a crash)");
        }
        Violation.unless(
                cursor.offset() == follower.nextOffset,
                "a cursor's offset when opened",
                cursor.offset(),
                "=",
                follower.nextOffset);
        if (cursor.inLog()) {
            world.counts.logResyncs++;
        } else {
            world.counts.memoryResyncs++;
        }
        follower.replid = history.replid().hex();
        admit(session, cursor);
        session.online = true;
        session.loop.consider(session);
    }

    /** The cursor is opened where the snapshot is cut; one that is under way serves who comes later, too. */
    private void fullResync(Session session) {
        Follower follower = session.follower;
        follower.replid = null;
        ReplicaCursor cursor = null;
        if (world.random.nextBoolean()) {
            for (Session other : sessions) {
                if (!other.online && cursor == null) {
                    cursor = buffer.open(other.snapshotOffset, CursorRole.REPLICA, session.loop);
                    world.counts.joinedSnapshots++;
                }
            }
        }
        if (cursor == null) {
            kept = true;
            cursor = buffer.open(buffer.nextOffset(), CursorRole.REPLICA, session.loop);
        }
        if (cursor == null) {
            throw new Violation(
                    "no cursor at nextOffset "
                            + buffer.nextOffset()
                            + ", coverage "
                            + buffer.coverage());
        }
        session.snapshotOffset = cursor.offset();
        admit(session, cursor);
        String replid = history.replid().hex();
        long nanos = (long) (world.random.nextDouble() * world.plan.cronNanos() * 20);
        world.scheduler.after(
                nanos,
                () -> {
                    if (mayHave(session.snapshotOffset)) {
                        session.loop.execute(() -> snapshotSent(session, replid));
                    } else {
                        world.counts.heldSnapshots++;
                        heldSnapshots.add(new HeldSnapshot(session, replid));
                    }
                });
    }

    /** As FullResyncs does: a stopped log will not get there. */
    private void sendSyncedSnapshots() {
        for (HeldSnapshot held : List.copyOf(heldSnapshots)) {
            Session session = held.session;
            if (mayHave(session.snapshotOffset)) {
                session.loop.execute(() -> snapshotSent(session, held.replid));
            } else if (!log.writing()) {
                kill(session, false);
            } else {
                continue;
            }
            heldSnapshots.remove(held);
        }
    }

    private void snapshotSent(Session session, String replid) {
        Follower follower = session.follower;
        if (follower.session == session) {
            checkMayHave(follower + " with its snapshot", session.snapshotOffset);
            follower.replid = replid;
            follower.nextOffset = session.snapshotOffset;
            follower.ahead = false;
            session.online = true;
            session.loop.consider(session);
        }
    }

    private void admit(Session session, ReplicaCursor cursor) {
        session.opened(cursor);
        checkPlace(session, log != null && cursor.offset() >= log.range().startOffset());
        session.follower.session = session;
        sessions.add(session);
    }

    /** CLIENT KILL, or a limit. */
    void kill(Session session, boolean mayKeepPlace) {
        end(session, mayKeepPlace);
        session.loop.execute(session::stop);
    }

    /** The connection's loop said that it is gone. */
    void end(Session session, boolean mayKeepPlace) {
        if (session.ended) {
            return;
        }
        session.ended = true;
        sessions.remove(session);
        world.trace(() -> session.follower + " is ended at " + session.cursor.offset());
        if (mayKeepPlace) {
            session.cursor.drop();
        } else {
            session.cursor.close();
        }
        if (sessions.isEmpty()) {
            noReplicaSinceNanos = world.scheduler.nanoTime();
        }
    }

    private void logWritten() {
        for (Session session : sessions) {
            session.logWritten();
        }
    }

    private void logSynced() {
        if (onlySynced()) {
            sessions.forEach(session -> session.loop.consider(session));
        }
    }

    private void startLog() {
        logCursor = buffer.open(buffer.nextOffset(), CursorRole.LOG, log.loop());
        log.start(logCursor);
    }

    // ---- its end

    /** The process is no more: connections break, and memory goes back as the operating system takes it. */
    void die() {
        world.counts.demotions += buffer.stats().demotions();
        world.counts.handOffs += buffer.stats().handOffs();
        for (Session session : sessions) {
            session.die();
            session.ended = true;
        }
        world.loops.forEach(ReplicaLoop::drain);
        world.loops.forEach(ReplicaLoop::forget);
        sessions.forEach(session -> session.cursor.close());
        sessions.clear();
        if (log != null) {
            disk.full(false);
            if (!logAbandoned) {
                log.close();
            }
        }
        buffer.close();
        world.loops.forEach(ReplicaLoop::drain);
        helper.drain();
    }

    /** Nothing is left of it. */
    void checkNothingLeft() {
        checkZero("account after the end", accountant.account(Owner.REPLICATION).bytes());
        checkZero("extents after the end, bytes", extents.liveBytes());
        if (log != null) {
            checkZero("leases after the end", log.stats().leases());
            checkZero("holds after the end", log.stats().holds());
            checkZero("open files after the end", log.stats().openFiles());
            checkZero(
                    "the log's account after the end",
                    playedLog.accountant.account(Owner.LOG).bytes());
        }
    }

    private static void checkZero(String what, long value) {
        Violation.unless(value == 0, what, value, "=", 0);
    }

    // ---- what the checks look at

    ReplicationBuffer buffer() {
        return buffer;
    }

    StreamLog log() {
        return log;
    }

    SimulatedThreads threads() {
        return playedLog.threads;
    }

    SimulatedDisk disk() {
        return disk;
    }

    List<Session> sessions() {
        return sessions;
    }

    History history() {
        return history;
    }

    boolean kept() {
        return kept;
    }

    boolean logAbandoned() {
        return logAbandoned;
    }

    /** Whether the step ended with a turn that left nothing to trim, so that memory is what it has to be. */
    boolean isSettled() {
        return settledStep == world.scheduler.steps();
    }

    /** Whether memory may have to keep what the session lacks, since no log can take it over or will get it. */
    boolean mustKeepInMemory(Session session) {
        boolean logGoesOn = log != null && log.writing() && !logAbandoned;
        // One that was offered memory at the end of a log which then began anew reads no further in
        // it.
        boolean beyondLog = !logGoesOn || session.cursor.offset() < log.range().startOffset();
        return beyondLog && session.cursor.broken() == null;
    }

    /** Whether replicas get only what survives a crash. */
    boolean onlySynced() {
        return log != null && world.plan.onlySynced();
    }

    /** Behind the last byte that replicas may have by now. */
    long sendable() {
        long next = buffer.nextOffset();
        return onlySynced() ? Math.min(next, log.syncedOffset()) : next;
    }

    private boolean mayHave(long nextOffset) {
        return !onlySynced() || nextOffset <= log.syncedOffset();
    }

    /** Nobody has a byte that a crash would take from the primary. */
    void checkMayHave(String who, long nextOffset) {
        if (!mayHave(nextOffset)) {
            throw new Violation(
                    who
                            + " has all below "
                            + nextOffset
                            + " (expected: <= the synced offset, "
                            + log.syncedOffset()
                            + ")");
        }
    }

    /**
     * With a window of nothing everybody reads the log, and who was opened there stays. Memory serves who asks for what only it
     * still has, and those whom a log that had stopped finds there when it begins anew, until the next turn.
     *
     * @param readsLog whether the session has been there, or should be
     */
    void checkPlace(Session session, boolean readsLog) {
        boolean must =
                log != null
                        && world.plan.windowBytes() == 0
                        && log.writing()
                        && log.stats().restarts() == 0;
        if (must && readsLog && !session.cursor.inLog()) {
            throw new Violation(
                    session.follower
                            + " reads memory at "
                            + session.sentOffset()
                            + " (expected: the log, "
                            + log.range()
                            + ", with a window of nothing)");
        }
    }

    long backlogBytes() {
        return backlogBytes;
    }

    long owedFrom() {
        return owedFrom;
    }

    long logLagBytes() {
        return log == null || logCursor.released() ? 0 : logCursor.pendingBytes();
    }

    long accountBytes() {
        return accountant.account(Owner.REPLICATION).bytes();
    }

    Save save() {
        return save;
    }

    /** I5: the offset never goes back. */
    void checkOffset() {
        long next = buffer.nextOffset();
        Violation.unless(next >= lastNextOffset, "nextOffset", next, ">=", lastNextOffset);
        lastNextOffset = next;
    }

    private long owedBytes() {
        return log == null ? backlogBytes : world.plan.windowBytes();
    }
}
