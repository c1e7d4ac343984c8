package io.replbuf.log;

import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.fault.FaultText;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the stream: from a cursor's slices straight to the segment, without a copy on the way.
 *
 * <p>Log thread only, but for {@link #queueRoll} and {@link #summer}'s marks, which the command loop calls before it feeds
 * the byte at that offset, and {@link #run}, which anybody may read. A roll is looked for after a slice was taken: whoever
 * sees a byte at or behind the roll's offset then sees the roll, too.
 */
final class LogWriter implements LogThread.Work {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    /** Blocks lie side by side, so that one slice may be as long as this; a larger one gains nothing. */
    private static final int WRITE_BYTES = 1 << 20;

    /** After this much, tasks get their turn. */
    private static final int TURN_BYTES = 8 << 20;

    /** From here on lingering is cut short. */
    static final long WAKE_BYTES = 64 << 10;

    private static final long RETENTION_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final LogConfig config;
    private final LogEnv env;
    private final LogCounters counters;
    private final Retainer retainer;
    private final ManifestStore manifests;
    private final Executor disk;
    private final Bases bases;
    private final BaseSwitch baseSwitch;
    private final Syncer syncer;
    private final ChunkSummer summer;
    private final BiConsumer<String, Throwable> failed;
    private final BooleanSupplier stopped;
    private final Queue<Roll> rolls = new ConcurrentLinkedQueue<>();
    private volatile Run run;
    private ReplicaCursor cursor;
    private Segment segment;
    private long nextSeq = 1;
    private long chargedBytes;
    private long retainedNanos;

    LogWriter(
            LogConfig config,
            LogEnv env,
            LogCounters counters,
            Retainer retainer,
            ManifestStore manifests,
            Bases bases,
            Executor disk,
            Executor self,
            BiConsumer<String, Throwable> failed,
            BooleanSupplier stopped) {
        this.config = config;
        this.env = env;
        this.counters = counters;
        this.retainer = retainer;
        this.manifests = manifests;
        this.disk = disk;
        this.bases = bases;
        this.baseSwitch =
                new BaseSwitch(config, env, bases, manifests, retainer, disk, self, this::runAt);
        this.syncer = new Syncer(config, env, counters, disk, () -> self.execute(() -> {}), failed);
        this.summer = new ChunkSummer(env.index());
        this.failed = failed;
        this.stopped = stopped;
    }

    ChunkSummer summer() {
        return summer;
    }

    Run run() {
        return run;
    }

    Syncer syncer() {
        return syncer;
    }

    BaseSwitch baseSwitch() {
        return baseSwitch;
    }

    /** The segment after this one begins at {@code offset}. Command loop. */
    void queueRoll(long offset, Replid replid) {
        rolls.add(new Roll(offset, replid));
    }

    /** Begins a stretch: at start on the thread that opens the log, later on the log's. */
    void begin(long startOffset, Replid replid) throws IOException {
        Segment first = create(startOffset, replid);
        Run begun = new Run(new SegmentTable(first));
        Run over = run;
        // Between the stretch that is over and this one bytes are missing: what start-up would load
        // ends there, until
        // a base stands in the new one. Until then the manifest says what it says.
        boolean keepsLoadable = over != null && bases.appendOnly();
        boolean alreadyKept = manifests.isFrozen();
        if (keepsLoadable) {
            begun.notFoundYet(over.synced());
            manifests.freeze();
        }
        try {
            manifests.store(manifests.describe(begun.table(), 0));
        } catch (IOException e) {
            first.release();
            disk.execute(() -> deleteQuietly(first.path));
            throw e;
        }
        run = begun;
        segment = first;
        summer.begin(first);
        env.index().dropBelow(startOffset);
        charge();
        if (over != null) {
            syncer.forget();
            if (keepsLoadable && !alreadyKept) {
                baseSwitch.keepUntilNext(over);
            } else {
                retainer.dropAll(over);
            }
        }
    }

    /** From now on the bytes come from here. */
    void readFrom(ReplicaCursor source) {
        cursor = source;
    }

    @Override
    public LogThread.Rest turn() {
        if (cursor == null || stopped.getAsBoolean()) {
            return LogThread.Rest.IDLE;
        }
        try {
            long pending = cursor.pendingBytes();
            if (pending > 0 && syncer.postpones(pending)) {
                return LogThread.Rest.POSTPONE;
            }
            int moved = 0;
            int n = write();
            while (n > 0) {
                moved += n;
                n = moved < TURN_BYTES ? write() : 0;
            }
            syncer.afterWrites(run);
            baseSwitch.turn();
            retainIfDue();
            if (moved >= TURN_BYTES) {
                return LogThread.Rest.NONE;
            }
            boolean gathers = moved > 0 && !syncer.isAwaited();
            return gathers ? LogThread.Rest.LINGER : LogThread.Rest.IDLE;
        } catch (IOException e) {
            failed.accept("writing " + segment.path.getFileName(), e);
        } catch (RuntimeException | Error e) {
            // The thread serves on: the cursor's closing, and readers' leases, still need it.
            failed.accept("the log's thread", e);
        }
        return LogThread.Rest.IDLE;
    }

    @Override
    public boolean hasWork(LogThread.Rest rest) {
        if (rest == LogThread.Rest.POSTPONE) {
            return !syncer.isRunning();
        }
        return cursor != null
                && !stopped.getAsBoolean()
                && cursor.pendingBytes() >= (rest == LogThread.Rest.LINGER ? WAKE_BYTES : 1);
    }

    @Override
    public void died(Throwable cause) {
        failed.accept("the log's thread ended", cause);
    }

    /** Takes over what was found at start, up to {@code nextOffset}, and begins a segment there. On the thread that opens. */
    void resume(LogScan found, long nextOffset, Replid replid) throws IOException {
        nextSeq = found.nextSeq();
        List<Segment> segments = new ArrayList<>();
        try {
            for (LogScan.Found kept : found.segments()) {
                if (kept.part().startOffset() < nextOffset) {
                    segments.add(reopen(kept, nextOffset));
                }
            }
            // The last one was not finished: what was read of it may not be on the device yet.
            for (int i = 0; i + 1 < segments.size(); i++) {
                segments.get(i).whole();
            }
            segments.add(create(nextOffset, replid));
            ManifestEntry base = found.baseEntry();
            if (base != null && base.nextOffset() <= nextOffset) {
                bases.set(base);
            }
            run = new Run(new SegmentTable(segments.toArray(Segment[]::new)));
            segment = run.table().last();
            manifests.store(manifests.describe(run.table(), 0));
        } catch (IOException e) {
            segments.forEach(Segment::release);
            throw e;
        }
        // Only now, since up to here the old manifest was true, and with it what stands behind the
        // offset.
        cutTails();
        for (LogScan.Found gone : found.segments()) {
            if (gone.part().startOffset() >= nextOffset) {
                IndexFiles.deleteBoth(env.files(), gone.part().file());
            }
        }
        for (Path unreachable : found.unreachable()) {
            IndexFiles.deleteBoth(env.files(), unreachable);
        }
        for (Path leftover : found.leftovers()) {
            LOG.info("{} is named by no manifest, and deleted", leftover);
            IndexFiles.deleteBoth(env.files(), leftover);
        }
        completeIndex();
        summer.begin(segment);
        charge();
    }

    /** Writes what is pending and forces it; the last segment then has its end in the manifest. */
    void finish() {
        if (stopped.getAsBoolean()) {
            return;
        }
        try {
            if (cursor != null) {
                int n = write();
                while (n > 0) {
                    n = write();
                }
            }
            summer.seal();
            syncer.syncNow(run);
            manifests.store(manifests.describe(run.table(), run.written()));
        } catch (IOException e) {
            failed.accept("ending " + segment.path.getFileName(), e);
        }
    }

    /** The log has stopped: what may stand behind the written offset is cut off, and the manifest says where it ends. */
    void halt() throws IOException {
        cursor = null;
        syncer.forget();
        baseSwitch.fail("the stream log has stopped");
        long end = run.written();
        segment.file.truncate(end - segment.startOffset);
        segment.file.force();
        manifests.store(manifests.describe(run.table(), end));
    }

    /** Gives everything back: files, as their readers do, and the index. */
    void release() {
        cursor = null;
        syncer.forget();
        Run over = run;
        for (int i = 0; i < over.table().size(); i++) {
            over.table().get(i).release();
        }
        baseSwitch.release();
        env.index().close();
        charge();
    }

    /** @return bytes written, 0 if there are none to write now */
    private int write() throws IOException {
        ByteBuffer slice = cursor.next(WRITE_BYTES);
        if (slice == null) {
            return 0;
        }
        long at = run.written();
        Roll roll = rollsUpTo(at);
        if (roll != null && roll.offset < at + slice.remaining()) {
            slice.limit(slice.position() + (int) (roll.offset - at));
        }
        int from = slice.position();
        requireUntouched(at);
        int n = segment.file.write(slice, at - segment.startOffset);
        if (n <= 0) {
            throw new IOException("write took " + n + " bytes (expected: >= 1)");
        }
        if (stopped.getAsBoolean()) {
            // The command loop gave up on a disk that was too slow: the end has been announced and
            // stands.
            return 0;
        }
        slice.position(from).limit(from + n);
        summer.add(slice);
        syncer.wrote(segment);
        counters.writes.incrementAndGet();
        run.written(at + n);
        env.listener().written(at + n);
        cursor.advance(n);
        charge();
        return n;
    }

    /** If another process has cut off the file, the next write would leave a hole, which reads as zeros. */
    private void requireUntouched(long at) throws IOException {
        long size = segment.file.size();
        if (size != at - segment.startOffset) {
            throw new IOException(
                    segment.path
                            + " has "
                            + size
                            + " bytes (expected: "
                            + (at - segment.startOffset)
                            + ", which were written: another process has changed the file)");
        }
    }

    /** Rolls where it is due at {@code at}; the next that is not, null without. */
    private Roll rollsUpTo(long at) throws IOException {
        Roll roll = rolls.peek();
        while (roll != null && roll.offset <= at) {
            rolls.poll();
            // One from before a restart is void: at this place there may be no command's end.
            if (roll.offset == at) {
                roll(at, roll.replid);
            }
            roll = rolls.peek();
        }
        return roll;
    }

    /** The run once everything below {@code offset} is written and a segment may begin there; else null. */
    private Run runAt(long offset) throws IOException {
        if (run.written() < offset) {
            return null;
        }
        // With nothing fed since, the roll has not been carried out yet.
        rollsUpTo(run.written());
        return run;
    }

    private void roll(long offset, Replid replid) throws IOException {
        if (offset == segment.startOffset) {
            // Nothing is in it yet, so it serves as the next one.
            segment.replid(replid);
            summer.begin(segment);
            storeManifest();
            return;
        }
        Segment next = create(offset, replid);
        segment.seal(offset, env.nanoClock().getAsLong());
        summer.seal();
        summer.begin(next);
        segment = next;
        run.table(run.table().with(next));
        storeManifest();
    }

    private void storeManifest() {
        ManifestStore.Picture picture = manifests.describe(run.table(), 0);
        // Stored before a new segment's first bytes are called safe, since recovery cannot place
        // the
        // bytes of a segment that no manifest names: on this thread where replies wait for the
        // writes, else on the one whose syncs follow.
        Executor jobs = syncer.isAwaited() ? Runnable::run : disk;
        Run named = run;
        jobs.execute(
                () -> {
                    try {
                        manifests.store(picture);
                    } catch (IOException e) {
                        // A sync of the new segment may be waiting behind this.
                        syncer.endsHere(named);
                        failed.accept("writing the manifest", e);
                    }
                });
    }

    private Segment reopen(LogScan.Found found, long nextOffset) throws IOException {
        LogPart part = found.part();
        // How long ago it was written last, told in the clock of this life.
        long ageMillis =
                env.wallMillis().getAsLong() - Files.getLastModifiedTime(part.file()).toMillis();
        long sealedNanos =
                env.nanoClock().getAsLong() - TimeUnit.MILLISECONDS.toNanos(Math.max(0, ageMillis));
        Segment old =
                new Segment(
                        env.files().open(part.file()),
                        part.file(),
                        found.seq(),
                        part.startOffset(),
                        part.replid(),
                        retainer::closeFile);
        counters.openFiles.incrementAndGet();
        if (found.history()) {
            old.becomeHistory();
        }
        old.seal(Math.min(part.nextOffset(), nextOffset), sealedNanos);
        return old;
    }

    private void cutTails() throws IOException {
        for (int i = 0; i + 1 < run.table().size(); i++) {
            Segment old = run.table().get(i);
            if (old.file.channel().size() > old.bytes()) {
                old.file.truncate(old.bytes());
            }
        }
    }

    /** Of what was taken over; without it the log goes on as well. From the newest back, as at the check. */
    private void completeIndex() {
        SegmentCheck check = new SegmentCheck(env.index());
        for (int i = run.table().size() - 2; i >= 0; i--) {
            Segment old = run.table().get(i);
            try {
                check.complete(old.file.channel(), old.place(), old.bytes());
            } catch (IOException e) {
                counters.errors.incrementAndGet();
                LOG.warn("The index of {} cannot be completed: {}", old.path, FaultText.reason(e));
            }
        }
    }

    private Segment create(long startOffset, Replid replid) throws IOException {
        long seq = nextSeq;
        Path path = config.folder().resolve(Manifest.segmentName(config.fileName(), seq));
        while (Files.exists(path)) {
            // Where there is no manifest it may be somebody's, so it is left alone.
            LOG.warn("{} is named by no manifest, and not used", path);
            seq++;
            path = config.folder().resolve(Manifest.segmentName(config.fileName(), seq));
        }
        LogFile file = env.files().create(path);
        nextSeq = seq + 1;
        counters.openFiles.incrementAndGet();
        return new Segment(file, path, seq, startOffset, replid, retainer::closeFile);
    }

    private void retainIfDue() {
        long now = env.nanoClock().getAsLong();
        if (retainer.isOver(run) || now - retainedNanos >= RETENTION_NANOS) {
            retainedNanos = now;
            if (retainer.retain(run, now)) {
                env.index().dropBelow(run.startOffset());
            }
        }
    }

    private void charge() {
        long bytes = env.index().retainedBytes();
        env.account().add(bytes - chargedBytes);
        chargedBytes = bytes;
    }

    private void deleteQuietly(Path path) {
        try {
            IndexFiles.deleteBoth(env.files(), path);
        } catch (IOException e) {
            counters.errors.incrementAndGet();
        }
    }

    private record Roll(long offset, Replid replid) {}
}
