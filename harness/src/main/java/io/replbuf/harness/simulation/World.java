package io.replbuf.harness.simulation;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.log.RecoveredLog;
import io.replbuf.log.StreamLog;
import io.replbuf.memory.Extents;
import io.replbuf.stream.History;
import io.replbuf.stream.Replid;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All that takes part in a run: loops, replicas, the stream as it must be, and the primary in its present life. */
final class World {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    final Plan plan;
    final SplittableRandom random;
    final Scheduler scheduler;
    final ModelStream model;
    final ReplicationBufferFactory factory;
    final CommandLoop commandLoop;
    final List<ReplicaLoop> loops = new ArrayList<>();
    final List<Follower> followers = new ArrayList<>();
    final Counts counts = new Counts();
    LimitConfig limit;

    private final Extents extents;
    private final Path folder;
    private final boolean logged;
    private final Consumer<String> tracer;
    private ByteBuffer scratch = ByteBuffer.allocateDirect(64 << 10);
    private SimulatedPrimary primary;
    private boolean calm;
    private int lives;

    /**
     * @param folder for the log's files, empty
     * @param tracer takes a line for each event; null for nobody
     */
    World(
            Plan plan,
            ReplicationBufferFactory factory,
            Extents extents,
            Path folder,
            Consumer<String> tracer) {
        this.plan = plan;
        this.tracer = tracer;
        this.factory = factory;
        this.extents = extents;
        this.folder = folder;
        this.logged = factory.needsHistory();
        this.random = new SplittableRandom(plan.seed());
        this.scheduler = new Scheduler(random.split(), 8 * plan.splitSendsOneIn());
        this.limit = plan.limit();
        long startOffset = 1 + random.nextInt(1000);
        this.model = new ModelStream(random.nextLong(), startOffset);
        this.commandLoop = new CommandLoop(scheduler, random.split(), this::endOfTurn);
        for (int i = 0; i < plan.loops(); i++) {
            loops.add(new ReplicaLoop(scheduler, random.split()));
        }
        trace(() -> plan.toString());
        for (int i = 0; i < plan.replicas(); i++) {
            followers.add(new Follower(i, anyRate()));
        }
        begin(newDisk(), History.fresh(), startOffset, null);
        for (Follower follower : followers) {
            scheduler.after(random.nextLong(SECOND), () -> connect(follower));
        }
        scheduler.after(plan.cronNanos(), this::cron);
        scheduler.after(nextFeed(), this::feed);
    }

    /** Null between a crash and the next start. */
    SimulatedPrimary primary() {
        return primary;
    }

    ReplicaLoop anyLoop() {
        return loops.get(random.nextInt(loops.size()));
    }

    SimulatedLink newLink(Follower follower) {
        return new SimulatedLink(
                follower.bytesPerSecond,
                plan.socketBytes(),
                random.nextLong(SECOND / 20),
                scheduler.nanoTime());
    }

    long anyRate() {
        return Math.max(1024, plan.linkBytesPerSecond() / (1 + random.nextInt(20)));
    }

    /** A buffer for {@code bytes}, valid until the next call. */
    ByteBuffer scratch(int bytes) {
        if (scratch.capacity() < bytes) {
            scratch = ByteBuffer.allocateDirect(Integer.highestOneBit(bytes) << 1);
        }
        return scratch.clear().limit(bytes);
    }

    /** The text is made only for a tracer. */
    void trace(Supplier<String> event) {
        if (tracer != null) {
            tracer.accept(
                    String.format(
                            Locale.ROOT,
                            "%9.3f s  step %-8d %s",
                            scheduler.nanoTime() / 1e9,
                            scheduler.steps(),
                            event.get()));
        }
    }

    /** How often native memory was refused: a strategy may then refuse what it would grant otherwise. */
    long refusals() {
        return extents.refusals();
    }

    // ---- what happens

    void feed() {
        if (calm) {
            return;
        }
        scheduler.after(nextFeed(), this::feed);
        commandLoop.execute(() -> write(1 + random.nextInt(plan.feedFrames())));
    }

    void burst() {
        int writes = 1 + random.nextInt(20);
        for (int i = 0; i < writes; i++) {
            commandLoop.execute(() -> write(1 + random.nextInt(2 * plan.feedFrames())));
        }
    }

    private void write(int frames) {
        if (primary != null && !calm) {
            primary.feed(frames);
        }
    }

    private long nextFeed() {
        return (long) (plan.feedNanos() * 2 * random.nextDouble());
    }

    private void cron() {
        scheduler.after(plan.cronNanos(), this::cron);
        commandLoop.execute(
                () -> {
                    if (primary != null) {
                        primary.cron();
                    }
                });
    }

    private void endOfTurn() {
        if (primary != null) {
            primary.endOfTurn();
        }
    }

    /** The replica has lost its connection, and comes back after a while. */
    void away(Follower follower) {
        counts.cuts++;
        trace(() -> follower + " is away, lacks " + follower.nextOffset);
        scheduler.note(follower.nextOffset);
        double patience = plan.scale() * (random.nextInt(8) == 0 ? 20 : 2);
        scheduler.after((long) (random.nextDouble() * patience * SECOND), () -> connect(follower));
    }

    void connect(Follower follower) {
        commandLoop.execute(
                () -> {
                    if (follower.session != null || !follower.wanted) {
                        return;
                    }
                    if (primary == null) {
                        scheduler.after(SECOND / 4, () -> connect(follower));
                    } else {
                        primary.connect(follower);
                    }
                });
    }

    void sessionEnded(Session session) {
        if (primary != null) {
            primary.end(session, false);
        }
    }

    /** The socket took bytes: the command loop is asked to look at its cursors, as after 256 KiB in the server. */
    void progressed(Session session, int bytes) {
        scheduler.note(session.sentOffset());
        if (random.nextInt(2 * plan.splitSendsOneIn()) == 0) {
            commandLoop.execute(() -> {});
        }
    }

    void verify(Session session, long offset, ByteBuffer bytes) {
        long differs = model.mismatch(offset, bytes);
        if (differs >= 0) {
            throw new Violation(
                    session.follower
                            + " was sent a wrong byte at offset "
                            + differs
                            + ", in "
                            + bytes.remaining()
                            + " bytes from "
                            + offset
                            + " (expected: the stream's)");
        }
    }

    // ---- lives of the primary

    private void begin(SimulatedDisk disk, History history, long startOffset, RecoveredLog found) {
        begin(disk, history, startOffset, found, playedLog(disk));
    }

    private void begin(
            SimulatedDisk disk,
            History history,
            long startOffset,
            RecoveredLog found,
            SimulatedPrimary.PlayedLog playedLog) {
        primary = new SimulatedPrimary(this, extents, disk, history, startOffset, found, playedLog);
        if (disk != null) {
            disk.partialWrites(8);
        }
    }

    private SimulatedPrimary.PlayedLog playedLog(SimulatedDisk disk) {
        return disk == null ? null : new SimulatedPrimary.PlayedLog(this, disk);
    }

    private SimulatedDisk newDisk() {
        return logged ? new SimulatedDisk(random.split(), newLife()) : null;
    }

    private Path newLife() {
        try {
            return Files.createDirectory(folder.resolve("life-" + lives++));
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for a simulated disk", e);
        }
    }

    /** The primary dies and, a little later, starts from what survived. */
    void crash() {
        if (primary != null) {
            counts.crashes++;
            endLife(true);
        }
    }

    /** The primary is shut down in order, and started again. */
    void restart() {
        if (primary != null) {
            counts.restarts++;
            endLife(false);
        }
    }

    private void endLife(boolean crash) {
        SimulatedPrimary over = primary;
        primary = null;
        trace(
                () ->
                        (crash ? "crash" : "shutdown")
                                + " at nextOffset "
                                + over.buffer().nextOffset());
        StreamLog log = over.log();
        SimulatedDisk next = null;
        StreamRange written = log == null ? null : log.range();
        long synced = log == null ? 0 : log.syncedOffset();
        long end = over.buffer().nextOffset();
        if (crash && log != null) {
            next = over.disk().afterCrash(newLife(), scheduler.millis());
        }
        boolean whole = !crash && log != null && log.writing() && !over.logAbandoned();
        over.die();
        over.checkNothingLeft();
        if (!crash && log != null) {
            next = over.disk().afterShutdown(newLife(), scheduler.millis());
        }
        SimulatedDisk disk = next;
        if (disk != null) {
            SimulatedDisk.delete(over.disk().folder(), true);
        }
        Life life =
                new Life(
                        crash,
                        over.history(),
                        over.kept(),
                        over.logAbandoned(),
                        over.save(),
                        written,
                        whole ? end : synced,
                        end);
        scheduler.after((long) (random.nextDouble() * 2 * SECOND), () -> start(disk, life));
    }

    /** What the next life should know of the one before. */
    private record Life(
            boolean crashed,
            History history,
            boolean kept,
            boolean logAbandoned,
            SimulatedPrimary.Save save,
            StreamRange written,
            long syncedOffset,
            long nextOffset) {}

    private void start(SimulatedDisk disk, Life before) {
        if (disk != null && !before.logAbandoned) {
            startFromLog(disk, before);
        } else {
            startFromSave(disk, before);
        }
    }

    private void startFromLog(SimulatedDisk disk, Life before) {
        SimulatedPrimary.PlayedLog playedLog = playedLog(disk);
        RecoveredLog found;
        try {
            found = StreamLog.recover(playedLog.config, playedLog.env);
        } catch (IOException e) {
            throw new Violation("the log cannot be read after a crash: " + e.getMessage());
        }
        if (found == null) {
            throw new Violation("no log is found after a crash (expected: " + before.written + ")");
        }
        StreamRange range = found.range();
        long start = range.nextOffset();
        Violation.unless(
                start >= before.syncedOffset,
                "recovered nextOffset",
                start,
                ">= what was synced,",
                before.syncedOffset);
        Violation.unless(
                start <= before.nextOffset, "recovered nextOffset", start, "<=", before.nextOffset);
        if (!found.damages().isEmpty()) {
            throw new Violation("a crash left damages behind: " + found.damages());
        }
        Replid replid = found.replid();
        if (!replid.equals(before.history.replid())) {
            throw new Violation(
                    "recovered replid " + replid + " (expected: " + before.history.replid() + ")");
        }
        checkNobodyAhead(start, before);
        forkAt(start, before.nextOffset);
        History history = new History(replid, Replid.NONE, -1).shift(start);
        begin(disk, history, start, found, playedLog);
        verifyLog(primary.log(), new StreamRange(range.startOffset(), start));
    }

    /** Without a log: the data set is what was saved last, and the stream goes on where that stands. */
    private void startFromSave(SimulatedDisk disk, Life before) {
        SimulatedPrimary.Save save = before.save;
        if (!before.crashed) {
            save =
                    before.kept
                            ? new SimulatedPrimary.Save(
                                    before.history.replid().hex(), before.nextOffset)
                            : null;
        }
        long start = save == null ? 1 : save.nextOffset();
        History history =
                save == null
                        ? History.fresh()
                        : new History(new Replid(save.replid()), Replid.NONE, -1).shift(start);
        forkAt(start, before.nextOffset);
        begin(disk, history, start, null);
    }

    private void checkNobodyAhead(long start, Life before) {
        for (Follower follower : followers) {
            boolean same = before.history.replid().hex().equals(follower.replid);
            if (plan.onlySynced() && same && follower.nextOffset > start) {
                throw new Violation(
                        follower
                                + " has all below "
                                + follower.nextOffset
                                + " (expected: <= "
                                + start
                                + ", which the primary starts from)");
            }
        }
    }

    /** What the old stream had behind {@code start} never was. */
    private void forkAt(long start, long oldNextOffset) {
        trace(() -> "start at nextOffset " + start + ", before the end it was " + oldNextOffset);
        if (start == oldNextOffset) {
            return;
        }
        model.fork(start);
        for (Follower follower : followers) {
            follower.ahead |= follower.replid != null && follower.nextOffset > start;
        }
    }

    private void verifyLog(StreamLog log, StreamRange range) {
        long at = range.startOffset();
        while (at < range.nextOffset()) {
            try (var slice = log.lease(at, 64 << 10)) {
                if (slice == null) {
                    throw new Violation("no byte at " + at + " in a recovered log of " + range);
                }
                ByteBuffer bytes = scratch(slice.count());
                slice.channel().read(bytes, slice.position());
                long differs = model.mismatch(at, bytes.flip());
                if (differs >= 0 || bytes.remaining() == 0) {
                    throw new Violation(
                            "recovered log " + range + " is wrong at " + Math.max(differs, at));
                }
                at += bytes.remaining();
            } catch (IOException e) {
                throw new UncheckedIOException("a recovered log cannot be read", e);
            }
        }
    }

    // ---- the end of a run

    boolean isCalm() {
        return calm;
    }

    /** No more mishaps, no more writes, nobody is dropped for lagging: everybody can come to the end. */
    void calm() {
        calm = true;
        limit = new LimitConfig(0, 0, 0);
        loops.forEach(scheduler::unpause);
        scheduler.unpause(commandLoop);
        if (primary != null) {
            primary.configureLimit(limit);
            if (primary.log() != null) {
                scheduler.unpause(primary.threads().writer());
                scheduler.unpause(primary.threads().disk());
                primary.disk().full(false);
            }
        }
        for (Follower follower : followers) {
            if (follower.session != null) {
                follower.session.link.stall(false, scheduler.nanoTime());
                follower.session.loop.consider(follower.session);
            }
        }
    }

    /** Whether every replica that wants to be here has all bytes. */
    boolean allCaughtUp() {
        if (primary == null) {
            return false;
        }
        for (Follower follower : followers) {
            Session session = follower.session;
            if (follower.wanted
                    && (session == null
                            || !session.online
                            || session.sentOffset() != primary.buffer().nextOffset())) {
                return false;
            }
        }
        return true;
    }

    /** Who has not all bytes, and why that may be. */
    String stragglers() {
        if (primary == null) {
            return "the primary does not come back";
        }
        StringBuilder out = new StringBuilder();
        for (Follower follower : followers) {
            Session session = follower.session;
            if (session == null) {
                out.append(follower).append(" is away; ");
            } else if (session.sentOffset() != primary.buffer().nextOffset()) {
                out.append(follower)
                        .append(" is at ")
                        .append(session.sentOffset())
                        .append(session.cursor.inLog() ? " in the log" : " in memory")
                        .append(session.cursor.broken() == null ? "" : ", broken")
                        .append("; ");
            }
        }
        return out.append("nextOffset ")
                .append(primary.buffer().nextOffset())
                .append(primary.log() == null ? "" : ", log " + primary.log().range())
                .toString();
    }

    void end() {
        SimulatedPrimary over = primary;
        primary = null;
        over.die();
        commandLoop.drain();
        loops.forEach(ReplicaLoop::drain);
        over.checkNothingLeft();
    }

    /** After a failure: memory goes back, whatever else is wrong. */
    void abandon() {
        if (primary != null) {
            primary.die();
            primary = null;
        }
    }
}
