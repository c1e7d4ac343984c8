package io.replbuf.log;

import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.StreamHistory;
import io.replbuf.fault.FaultText;
import io.replbuf.stream.Replid;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exact replication stream on disk, in segments which hold nothing else: file position = offset − segment start.
 *
 * <pre>
 *   command loop ── feed ──▶ buffer ── cursor ──▶ log thread ──▶ segment files ──▶ leases: any thread, sendfile
 *        │ rollAt, mark, wake ──────────────────▶     │
 *        ◀────────── stopped ─────────────────────────┴──▶ disk thread: fsync, manifest, unlink
 * </pre>
 *
 * <b>Threads.</b> What {@link StreamHistory} declares, {@link #stats} and the offsets: any thread. Everything else: the command
 * loop, which never waits for the disk but in {@link #open} and {@link #close}. Written bytes are published with release
 * semantics; a lease never reaches beyond them. No thread that touches a segment's channel is ever interrupted, since an
 * interrupt would close it for all.
 *
 * <p><b>Failure.</b> The first error of the disk, a disk too slow for too long, or a failing thread stops the log: {@link
 * #writing} is false, the range ends at the written offset, one line is logged, the listener is told, and the cursor is closed
 * so that it pins no memory. What is on disk can still be read. {@link #restart} begins anew in a new segment.
 *
 * <p><b>Disk.</b> See {@link LogConfig}: bounded by {@code repl-log-max-bytes} and one segment, readers or not.
 */
public final class StreamLog implements StreamHistory, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamLog.class);

    /** A disk that does not answer for this long at shutdown is given up. */
    private static final long CLOSE_MILLIS = TimeUnit.SECONDS.toMillis(10);

    /** A disk that takes nothing for so long while writers are throttled is given up; also: this many stall-millis. */
    private static final long HUNG_MILLIS = TimeUnit.SECONDS.toMillis(10);

    private static final long HUNG_FACTOR = 10;

    private static final long RESTART_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long readers have to come to the end of what a stopped log holds; one that reads nothing must not keep it stopped. */
    private static final long RESTART_READERS_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final LogConfig config;
    private final Retention retention;
    private final LogEnv env;
    private final LogCounters counters = new LogCounters();
    private final Holds holds = new Holds();
    private final LogThreads.Jobs disk;
    private final AtomicReference<String> stoppedReason = new AtomicReference<>();
    private final SetAside aside;
    private final Bases bases;
    private final LogWriter writer;
    private final LogThreads.Runner thread;

    // The command loop's; the cursor is looked at for statistics, too.
    private volatile ReplicaCursor cursor;
    private Replid replid;
    private long newestSegmentStart;
    private long newestMark;
    private boolean behind;
    private long behindSinceNanos;
    private long writtenBehind;
    private boolean closed;

    /** When it stopped; written before the reason is told on the command loop. */
    private volatile long stoppedNanos;

    private StreamLog(LogConfig config, LogEnv env, Replid replid, SetAside aside) {
        this.config = config;
        this.retention = new Retention(config);
        this.env = env;
        this.replid = replid;
        this.aside = aside;
        this.disk = env.threads().jobs();
        ManifestStore manifests = new ManifestStore(env.files(), config);
        this.bases = new Bases(config, manifests);
        Retainer retainer =
                new Retainer(retention, env, counters, holds, aside, manifests, bases, disk);
        this.writer =
                new LogWriter(
                        config,
                        env,
                        counters,
                        retainer,
                        manifests,
                        bases,
                        disk,
                        this::onThread,
                        this::failed,
                        () -> stoppedReason.get() != null);
        this.thread = env.threads().runner(writer);
    }

    /**
     * Looks at what an earlier life of the server has left in the folder, and changes nothing there. Blocks for the disk; at
     * start only.
     *
     * @return null if there is no log
     * @throws IOException if the folder cannot be read, holds files that are not ours, or a manifest that is not whole
     */
    public static RecoveredLog recover(LogConfig config, LogEnv env) throws IOException {
        LogScan found = LogScan.of(config, env.index());
        return found == null ? null : new RecoveredLog(config, env, found);
    }

    /** See {@link RecoveredLog#resume}. */
    static StreamLog resume(
            LogConfig config, LogEnv env, LogScan found, long nextOffset, Replid newReplid)
            throws IOException {
        StreamLog log = new StreamLog(config, env, newReplid, SetAside.beside(config));
        log.begin(() -> log.writer.resume(found, nextOffset, newReplid), nextOffset);
        StreamRange range = log.range();
        LOG.info(
                "The stream log found in {} is continued at offset {}, from {} on in {} files{}",
                config.folder(),
                nextOffset,
                range.startOffset(),
                log.writer.run().table().size() - 1,
                found.tornBytes() == 0 ? "" : "; cut off: " + found.tornReason());
        for (String damage : found.damages()) {
            LOG.warn("The stream log found is damaged: {}", damage);
        }
        return log;
    }

    /**
     * Opens a fresh log and sets one found in the folder aside. Blocks for the disk; at start only.
     *
     * @param replid the history that the stream belongs to
     * @param startOffset of the first byte that will be fed
     * @throws IOException if the folder cannot be used, or holds files that are not ours
     */
    public static StreamLog open(LogConfig config, LogEnv env, Replid replid, long startOffset)
            throws IOException {
        SetAside aside = SetAside.prepare(config);
        Files.createDirectories(config.folder());
        StreamLog log = new StreamLog(config, env, replid, aside);
        log.begin(() -> log.writer.begin(startOffset, replid), startOffset);
        return log;
    }

    private void begin(Beginning beginning, long startOffset) throws IOException {
        try {
            beginning.run();
        } catch (IOException e) {
            disk.stop(CLOSE_MILLIS);
            env.index().close();
            throw e;
        }
        newestSegmentStart = startOffset;
        newestMark = startOffset;
        thread.start();
    }

    /** What the log's cursor is to be opened with. */
    public Executor loop() {
        return thread;
    }

    /**
     * Writes from this cursor from now on, and owns it.
     *
     * @param source opened with {@link #loop} at the written offset
     */
    public void start(ReplicaCursor source) {
        if (cursor != null || source.offset() != writer.run().written()) {
            throw new IllegalStateException(
                    "the log's cursor is at "
                            + source.offset()
                            + " (expected: "
                            + writer.run().written()
                            + ", and one only)");
        }
        cursor = source;
        thread.execute(() -> writer.readFrom(source));
    }

    /** Once per turn, after the buffer's: lets the log's thread know that there is more, and watches whether it follows. */
    public void wake() {
        if (cursor == null || stoppedReason.get() != null) {
            return;
        }
        long pending = cursor.pendingBytes();
        if (pending > config.stallBytes()) {
            watchStall(pending);
        } else {
            behind = false;
        }
        thread.wake(pending >= LogWriter.WAKE_BYTES);
    }

    /** Whether the disk is too far behind and writers should be held back; only under {@code repl-log-on-stall throttle}. */
    public boolean throttling() {
        return behind && config.onStall() == StallPolicy.THROTTLE && stoppedReason.get() == null;
    }

    /** Whether the segment that ends at {@code nextOffset} is large enough for another to begin there. */
    public boolean wantsRoll(long nextOffset) {
        return nextOffset - newestSegmentStart >= config.segmentBytes()
                && stoppedReason.get() == null;
    }

    /**
     * The next byte fed begins a segment. To be called just before it is fed: at a command's end, outside a transaction, and
     * with the stream's selected database forgotten, so that the segment begins with a SELECT.
     */
    public void rollAt(long nextOffset) {
        rollAt(nextOffset, replid);
    }

    /** The same, and from there on the bytes belong to another history. */
    public void rollAt(long nextOffset, Replid newReplid) {
        if (nextOffset < newestSegmentStart) {
            throw new IllegalArgumentException(
                    "roll at " + nextOffset + " (expected: >= " + newestSegmentStart + ")");
        }
        replid = newReplid;
        newestSegmentStart = nextOffset;
        newestMark = nextOffset;
        writer.queueRoll(nextOffset, newReplid);
    }

    /** {@code appendonly}: whether start-up loads the log, so that nothing since its base may be deleted. */
    public void appendOnly(boolean on) {
        bases.appendOnly(on);
    }

    /**
     * {@code appendfsync}, from the log's next turn on.
     *
     * @param writesAreAwaited whether somebody waits for the written offset: then writes are neither gathered nor put off, and
     *     once a segment they wait for the device, which has to have the manifest that names the next one
     */
    public void appendFsync(FsyncPolicy policy, boolean writesAreAwaited) {
        writer.syncer().policy(policy, writesAreAwaited);
    }

    /** Whether an fsync is under way beside the writes: {@code aof_pending_bio_fsync}. Any thread. */
    public boolean syncing() {
        return writer.syncer().isRunning();
    }

    /** The snapshot that loading begins with; null without. Any thread. */
    public LogPart base() {
        return bases.current();
    }

    /**
     * A rewrite begins: rolls as {@link #rollAt}, and keeps everything from there on until the base stands or is given up. One
     * at a time.
     *
     * @return where the snapshot of the data set at {@code nextOffset} is to be written
     */
    public Path beginBase(long nextOffset) {
        rollAt(nextOffset);
        thread.execute(() -> bases.begin(nextOffset));
        return config.folder()
                .resolve("temp-" + Manifest.baseName(config.fileName(), bases.nextSeq()));
    }

    /**
     * The rewrite's snapshot is whole. It is forced and gets its name, the manifest names it with the increments since, older
     * increments become history, which retention may drop, and the old base is deleted: in this order, so that a crash at any
     * place leaves what was there before or what is there then.
     *
     * @param finished what {@link #beginBase} returned
     * @param offset what it was called with
     * @param done told on the command loop: null, or why all is as it was
     */
    public void commitBase(Path finished, long offset, Consumer<String> done) {
        thread.execute(
                () -> {
                    writer.baseSwitch().ask(finished, offset, done);
                    if (!writing()) {
                        writer.baseSwitch().fail("the stream log has stopped");
                    }
                });
    }

    /** The rewrite has failed; what it has written is deleted. */
    public void abandonBase(Path unfinished) {
        thread.execute(() -> writer.baseSwitch().abandon(unfinished));
    }

    /** The next byte fed begins a command outside a transaction, with {@code db} selected. One each 64 KB is kept. */
    public void mark(long nextOffset, int db) {
        if (nextOffset - newestMark >= StreamIndex.CHUNK_BYTES && stoppedReason.get() == null) {
            newestMark = nextOffset;
            writer.summer().mark(nextOffset, db);
        }
    }

    @Override
    public StreamRange range() {
        return writer.run().range();
    }

    @Override
    public boolean writing() {
        return stoppedReason.get() == null;
    }

    @Override
    public FileSlice lease(long offset, int maxBytes) {
        Run run = writer.run();
        SegmentLease lease = run.lease(offset, maxBytes, counters.leases);
        if (lease == null) {
            return null;
        }
        String problem;
        try {
            long missing = lease.missingBytes();
            if (missing == 0) {
                return lease;
            }
            problem =
                    "it lacks "
                            + missing
                            + " of the bytes written up to "
                            + (lease.position() + lease.count());
        } catch (IOException e) {
            problem = FaultText.reason(e);
        }
        lease.close();
        if (run.lost(lease.segment())) {
            counters.errors.incrementAndGet();
            LOG.warn(
                    "{} cannot be read: {}. The history begins behind it, at offset {}; its readers are dropped",
                    lease.segment().path,
                    problem,
                    run.range().startOffset());
        }
        return null;
    }

    @Override
    public String whyGone(long offset) {
        return writer.run().isLost(offset) ? "unreadable" : StreamHistory.super.whyGone(offset);
    }

    @Override
    public Hold hold(long offset) {
        Hold hold = holds.add(offset);
        if (offset < writer.run().claimedOffset()) {
            hold.close();
            return null;
        }
        return hold;
    }

    @Override
    public long fileBytes() {
        return writer.run().fileBytes()
                + aside.bytes()
                + writer.baseSwitch().keptBytes()
                + counters.deletedBytes.get();
    }

    @Override
    public long syncedOffset() {
        return writer.run().synced();
    }

    /**
     * Whether start-up would find what is written now. Not between a {@link #restart} with {@code appendonly} and the base that
     * makes up for what is missing before it: until then the synced offset stands still. Any thread.
     */
    public boolean findable() {
        return writer.run().isFound();
    }

    /** Why the log has stopped, null while it is being written. Any thread. */
    public String stoppedReason() {
        return stoppedReason.get();
    }

    /** Holds that retention has looked at, ever; for tests. */
    long holdLooks() {
        return holds.looks();
    }

    public StreamIndex index() {
        return env.index();
    }

    /** By size; what goes for its age goes later. */
    @Override
    public long keptFrom() {
        StreamRange range = range();
        return Math.max(range.startOffset(), range.nextOffset() - retention.retentionBytes());
    }

    /** {@code repl-log-max-bytes}: the cap that wins over readers. */
    public long maxBytes() {
        return retention.maxBytes();
    }

    /** {@code repl-log-segment-size}. */
    public long segmentBytes() {
        return config.segmentBytes();
    }

    /** Takes over what {@code changed} says of retention and of the cap, and nothing else. Any thread. */
    public void configure(LogConfig changed) {
        retention.configure(changed);
    }

    public StreamLogStats stats() {
        Run run = writer.run();
        StreamRange range = run.range();
        return new StreamLogStats(
                run.table().size(),
                fileBytes(),
                aside.bytes(),
                counters.deletedBytes.get(),
                range.startOffset(),
                range.nextOffset(),
                run.synced(),
                cursor == null ? 0 : cursor.pendingBytes(),
                counters.writes.get(),
                counters.fsyncs.get(),
                counters.delayedFsyncs.get(),
                counters.errors.get(),
                counters.droppedSegments.get(),
                counters.openFiles.get(),
                counters.leases.get(),
                holds.count(),
                counters.restarts.get(),
                stoppedReason.get());
    }

    /**
     * Whether a stopped log should be tried again: after 10 s if nothing of the old stretch is in use, else after 60 s. Readers
     * then lose what they have not read.
     */
    public boolean wantsRestart() {
        if (stoppedReason.get() == null || closed || cursor != null || !thread.isAlive()) {
            return false;
        }
        long stoppedFor = env.nanoClock().getAsLong() - stoppedNanos;
        return stoppedFor >= (holds.count() == 0 ? RESTART_NANOS : RESTART_READERS_NANOS);
    }

    /**
     * Begins anew, in a new segment; what was written before the stop is dropped. To be called as {@link #rollAt}, just
     * before a command's first byte is fed at the cursor's offset.
     *
     * <p>With {@code appendonly} what start-up would load stays as it is, and ends at the stop, until a base stands in the new
     * stretch, and so does the synced offset; the listener is told that a rewrite is wanted.
     */
    public void restart(ReplicaCursor source, Replid currentReplid) {
        if (!wantsRestart()) {
            throw new IllegalStateException("the log is not to be restarted now, see wantsRestart");
        }
        long offset = source.offset();
        cursor = source;
        replid = currentReplid;
        newestSegmentStart = offset;
        newestMark = offset;
        behind = false;
        counters.restarts.incrementAndGet();
        thread.execute(() -> beginAgain(source, offset, currentReplid));
    }

    /**
     * Writes and forces all that was fed, and gives everything back but what readers still lease. To be called before the
     * buffer is closed. Waits for the disk, at most some seconds for each step.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        await(writer::finish);
        if (cursor != null) {
            cursor.close();
            awaitReleased(cursor);
            cursor = null;
        }
        await(writer::release);
        thread.stop(CLOSE_MILLIS);
        if (!disk.stop(CLOSE_MILLIS)) {
            LOG.warn("The stream log's last files are not closed after {} ms", CLOSE_MILLIS);
        }
    }

    private void beginAgain(ReplicaCursor source, long offset, Replid currentReplid) {
        try {
            writer.begin(offset, currentReplid);
        } catch (IOException e) {
            counters.errors.incrementAndGet();
            LOG.warn("The stream log cannot begin again: {}", FaultText.of(e));
            stoppedNanos = env.nanoClock().getAsLong();
            toCommandLoop(() -> dropCursor(source));
            return;
        }
        writer.readFrom(source);
        stoppedReason.set(null);
        if (bases.appendOnly()) {
            toCommandLoop(env.listener()::rewriteWanted);
        }
        LOG.info("The stream log is being written again, from offset {} on", offset);
    }

    private void onThread(Runnable task) {
        thread.execute(task);
    }

    private void watchStall(long pending) {
        long now = env.nanoClock().getAsLong();
        long written = writer.run().written();
        boolean throttles = config.onStall() == StallPolicy.THROTTLE;
        // Throttled writers wait for as long as the disk gets on, and not for one that takes
        // nothing any more.
        if (!behind || (throttles && written != writtenBehind)) {
            behind = true;
            behindSinceNanos = now;
            writtenBehind = written;
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(now - behindSinceNanos);
        long most =
                throttles
                        ? Math.max(HUNG_MILLIS, HUNG_FACTOR * config.stallMillis())
                        : config.stallMillis();
        if (millis >= most) {
            stop(
                    "the disk is "
                            + pending
                            + " bytes behind the stream, and has been too far for "
                            + millis
                            + " ms (expected: <= "
                            + config.stallBytes()
                            + " bytes)");
        }
    }

    /** A disk's or a thread's failure; any of the log's threads. */
    private void failed(String what, Throwable cause) {
        counters.errors.incrementAndGet();
        if (!(cause instanceof IOException)) {
            LOG.error("The stream log failed: {}", what, cause);
        }
        stop(what + ": " + FaultText.of(cause));
    }

    /** The first reason counts. Any thread. */
    private void stop(String reason) {
        stoppedNanos = env.nanoClock().getAsLong();
        if (!stoppedReason.compareAndSet(null, reason)) {
            return;
        }
        LOG.error(
                "The stream log stops at offset {}: {}. Replicas are fed from memory only.",
                writer.run().written(),
                reason);
        toCommandLoop(
                () -> {
                    ReplicaCursor stopped = cursor;
                    if (stopped != null) {
                        dropCursor(stopped);
                    }
                    env.listener().stopped(reason);
                });
        thread.execute(this::halt);
    }

    private void halt() {
        try {
            writer.halt();
        } catch (IOException e) {
            // The disk has failed before; what it holds up to the written offset can be read all
            // the same.
            counters.errors.incrementAndGet();
            LOG.warn("The stream log's end cannot be noted in its manifest: {}", FaultText.of(e));
        }
    }

    private void dropCursor(ReplicaCursor stopped) {
        stopped.close();
        if (cursor == stopped && !closed) {
            cursor = null;
        }
    }

    private void toCommandLoop(Runnable task) {
        try {
            env.commandLoop().execute(task);
        } catch (RuntimeException e) {
            LOG.warn(
                    "The command loop does not take the stream log's message: {}", FaultText.of(e));
        }
    }

    private void await(Runnable task) {
        thread.runAndWait(task, CLOSE_MILLIS);
    }

    private void awaitReleased(ReplicaCursor closing) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        while (!closing.released() && deadline - System.nanoTime() > 0) {
            await(() -> {});
        }
    }

    /** How the first segment comes to be. */
    @FunctionalInterface
    private interface Beginning {
        void run() throws IOException;
    }
}
