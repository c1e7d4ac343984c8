package io.replbuf.snapshot;

import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Cut;
import io.replbuf.keyspace.CutBatch;
import io.replbuf.keyspace.Keyspace;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot in the background: one cut of the keyspace on its way to a file or a channel.
 *
 * <p>All methods belong to the command loop, save the counters, which any thread may read. The
 * listener hears exactly once, on the command loop, how it ended, whatever happens on the job's thread. A server that stops its command loop calls {@link #abortNow} before.
 */
public final class SnapshotJob {
    /*
     *   command loop                                     snapshot thread
     *
     *   slice: walk a batch of references ──filled──▶    serialise, write (blocks: back-pressure)
     *          take back what is acknowledged ◀──acked── count it, ask for a slice
     *          ...                                       ...
     *          nothing left: END          ──filled──▶    checksum, commit
     *   ended: give all batches back, close the cut ◀──  result
     *
     * BATCHES in turn bound what a blocked writer pins and let a slice fill several, so that neither side waits for
     * the other at every batch. A slice stops after SLICE_NANOS and lets other events in before the next.
     */

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotJob.class);
    private static final int BATCHES = 8;
    private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

    /** Stands in the queue for "nothing follows". */
    private static final CutBatch END = new CutBatch();

    private final Cut cut;
    private final SnapshotEnv env;
    private final SnapshotTarget target;
    private final SnapshotWrite write;
    private final SnapshotListener listener;
    private final long keysTotal;
    private final Rhythm rhythm;
    private final Deque<CutBatch> free = new ArrayDeque<>();
    private final Deque<CutBatch> out = new ArrayDeque<>();
    private final BlockingQueue<CutBatch> filled;
    private final AtomicBoolean sliceQueued = new AtomicBoolean();

    /** Batches that the thread has read to the end: written by it alone, after its last look at the batch. */
    private volatile long acknowledged;

    private Thread thread;
    private long takenBack;
    private boolean walked;
    private boolean over;

    /** Not null if the job gave itself up: that is a failure, where being aborted is none. */
    private String failure;

    private long keptBytesMost;

    /** The thread's last word, for {@link #abortNow}. */
    private volatile SnapshotResult result;

    /**
     * What the two sides go by; tests hand in their own, to hold either at each of its steps.
     *
     * @param batches how many there are
     * @param batchRecords about how many records to one
     * @param nanoClock tells when a slice is over
     * @param filled what the thread takes its batches from
     */
    record Rhythm(
            int batches, int batchRecords, LongSupplier nanoClock, BlockingQueue<CutBatch> filled) {
        static Rhythm real() {
            return new Rhythm(
                    BATCHES,
                    SnapshotWrite.BATCH_RECORDS,
                    System::nanoTime,
                    new LinkedBlockingQueue<>());
        }
    }

    private SnapshotJob(
            Cut cut,
            SnapshotEnv env,
            SnapshotTarget target,
            SnapshotWrite write,
            SnapshotListener listener,
            Rhythm rhythm) {
        this.rhythm = rhythm;
        filled = rhythm.filled();
        this.cut = cut;
        this.env = env;
        this.target = target;
        this.write = write;
        this.listener = listener;
        this.keysTotal = cut.total();
        for (int i = 0; i < rhythm.batches(); i++) {
            free.add(new CutBatch());
        }
    }

    /**
     * Starts to write what the keyspace holds now to a channel; no other cut may be in progress.
     *
     * @param channel must block its writer when it is full, and let go of it when it is closed. It is closed if the snapshot
     *     fails or is aborted; if all went well it stays open for what follows.
     */
    public static SnapshotJob start(
            Keyspace keyspace,
            RdbOptions options,
            RdbAux aux,
            WritableByteChannel channel,
            SnapshotEnv env,
            SnapshotListener listener) {
        return start(keyspace, options, aux, new SnapshotTarget.OfChannel(channel), env, listener);
    }

    static SnapshotJob start(
            Keyspace keyspace,
            RdbOptions options,
            RdbAux aux,
            SnapshotTarget target,
            SnapshotEnv env,
            SnapshotListener listener) {
        return start(keyspace, options, aux, target, env, listener, Rhythm.real());
    }

    static SnapshotJob start(
            Keyspace keyspace,
            RdbOptions options,
            RdbAux aux,
            SnapshotTarget target,
            SnapshotEnv env,
            SnapshotListener listener,
            Rhythm rhythm) {
        Cut cut = keyspace.beginCut();
        SnapshotWrite write =
                new SnapshotWrite(
                        sizes(keyspace, cut), target, options, aux, env.keySaveDelayMicros());
        SnapshotJob job = new SnapshotJob(cut, env, target, write, listener, rhythm);
        job.begin();
        return job;
    }

    /** What the cut holds, by database: asked for here, since the cut is the command loop's. */
    static Cut.Sizes[] sizes(Keyspace keyspace, Cut cut) {
        Cut.Sizes[] sizes = new Cut.Sizes[keyspace.databases()];
        for (int db = 0; db < sizes.length; db++) {
            sizes[db] = cut.sizes(db);
        }
        return sizes;
    }

    private void begin() {
        thread = env.threads().newThread(this::run);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // "unable to create native thread": as good a reason as a failed fork, and told the
            // same way.
            result = write.failed(e);
            env.commandLoop().execute(this::end);
            return;
        }
        queueSlice();
    }

    /**
     * Gives the snapshot up: the thread stops before its next record, in its pause, or where its channel lets go of it. The
     * listener hears of it in a later turn; until then the cut stays.
     *
     * @param reason for the result
     */
    public void abort(String reason) {
        if (over || write.isAborted()) {
            return;
        }
        write.abort(reason);
        filled.add(END);
        target.cancel(thread);
        LockSupport.unpark(thread);
    }

    /** Gives the snapshot up and waits for its thread, at most for a write to the disk; the listener hears before it returns. */
    public void abortNow(String reason) {
        abort(reason);
        awaitThread();
        end();
    }

    /**
     * Ends the thread of a snapshot that no command loop will hear of any more, because that has ended, and gives back what the
     * snapshot held; the listener hears nothing. Any thread, when the command loop's has ended.
     */
    public void abandon(String reason) {
        abort(reason);
        awaitThread();
        if (!over) {
            over = true;
            giveBack();
        }
    }

    private void awaitThread() {
        boolean interrupted = false;
        while (result == null && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at the limit on kept bytes, for the cron: a writer that blocks lets no slice look at it. */
    public void tick() {
        if (over) {
            return;
        }
        long kept = cut.keptBytes();
        keptBytesMost = Math.max(keptBytesMost, kept);
        long limit = env.keptBytesMax().getAsLong();
        if (limit > 0 && kept > limit) {
            fail(
                    "kept for the snapshot: "
                            + kept
                            + " bytes (expected: <= repl-snapshot-max-kept "
                            + limit
                            + ")");
        }
    }

    /** One that is being aborted, for which a FLUSHALL may have kept the whole data set, stays aborted. */
    private void fail(String reason) {
        if (!write.isAborted()) {
            failure = reason;
            abort(reason);
        }
    }

    /** Whether it is being given up; the command loop. */
    public boolean isAborted() {
        return write.isAborted();
    }

    /** Keys written so far; any thread. */
    public long keysProcessed() {
        return write.keys();
    }

    /** Keys at the cut; any thread. */
    public long keysTotal() {
        return keysTotal;
    }

    /** Bytes written so far; any thread. */
    public long bytesWritten() {
        return write.bytes();
    }

    /** Memory held for this snapshot alone; the command loop. */
    public long keptBytes() {
        return over ? 0 : cut.keptBytes();
    }

    /** The most that {@link #keptBytes} was when somebody looked. */
    public long keptBytesMost() {
        return keptBytesMost;
    }

    private void queueSlice() {
        if (sliceQueued.compareAndSet(false, true)) {
            env.commandLoop().execute(this::slice);
        }
    }

    /** One bounded turn on the command loop. */
    private void slice() {
        sliceQueued.set(false); // before looking at what is acknowledged, so that none is missed
        if (over) {
            return;
        }
        try {
            takeBack();
            tick();
            if (!walked && !write.isAborted()) {
                walk();
            }
        } catch (RuntimeException e) {
            LOG.error("Walking a snapshot's cut", e);
            fail("walking the cut: " + FaultText.of(e));
        }
    }

    private void walk() {
        long start = rhythm.nanoClock().getAsLong();
        while (!free.isEmpty()) {
            CutBatch batch = free.peek();
            if (!cut.walk(batch, rhythm.batchRecords(), SnapshotWrite.BATCH_BYTES)) {
                walked = true;
                filled.add(END);
                return;
            }
            if (!batch.isEmpty()) {
                out.add(free.remove());
                filled.add(batch);
            }
            if (rhythm.nanoClock().getAsLong() - start > SLICE_NANOS && !free.isEmpty()) {
                queueSlice();
                return;
            }
        }
    }

    private void takeBack() {
        for (long until = acknowledged; takenBack < until; takenBack++) {
            CutBatch batch = out.remove();
            cut.done(batch);
            free.add(batch);
        }
    }

    /** The snapshot thread, from its beginning to its end. */
    private void run() {
        SnapshotResult last = null;
        try {
            last = serialise();
        } catch (
                Throwable e) { // also an Error: the one who waits for this snapshot must hear of it
            last = write.failed(e);
        } finally {
            result = last != null ? last : write.unexplained();
            queueEnd();
        }
    }

    private void queueEnd() {
        try {
            env.commandLoop().execute(this::end);
        } catch (RejectedExecutionException e) {
            LOG.warn("A snapshot ({}) has outlived the command loop", result.outcome());
        }
    }

    private SnapshotResult serialise() throws Exception {
        write.begin();
        for (CutBatch batch = filled.take(); batch != END; batch = filled.take()) {
            write.write(batch);
            acknowledge();
        }
        return write.finish();
    }

    private void acknowledge() {
        acknowledged = acknowledged + 1; // no race: this thread alone writes it
        queueSlice();
    }

    /** On the command loop once the thread has said its last word; it reads no record any more. */
    private void end() {
        if (over) {
            return;
        }
        over = true;
        try {
            giveBack();
        } finally {
            listener.finished(judged(result));
        }
    }

    private void giveBack() {
        try {
            for (CutBatch batch = out.poll(); batch != null; batch = out.poll()) {
                cut.done(batch);
            }
        } finally {
            // Also after a failure: while a cut is open, no other snapshot can begin.
            cut.close();
        }
    }

    /** What the job did to itself ended the thread's work as an abort does. */
    private SnapshotResult judged(SnapshotResult ended) {
        if (failure == null || ended.outcome() != SnapshotResult.Outcome.ABORTED) {
            return ended;
        }
        return new SnapshotResult(
                SnapshotResult.Outcome.FAILED, failure, ended.keys(), ended.bytes());
    }
}
