package io.replbuf.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * Forces what was written to the device, as {@code appendfsync} says.
 *
 * <p>Segments are named dirty on the log's thread. Under {@code always} it forces them there too, before the next write:
 * whatever gathers meanwhile is one group. Under {@code everysec} a job on the disk thread does, one at a time, beside the
 * writes.
 *
 * <p>Each fsync ends with the offset that it covered, which was written before it began. Fsyncs take turns, and after one has
 * failed none advances the synced offset any more: a device that has lost a page says so once. Nor does one after a manifest
 * could not be stored, since it may have forced a segment that no manifest names.
 */
final class Syncer {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long a write waits for an fsync, as in Redis. */
    private static final long POSTPONE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LogConfig config;
    private final LogEnv env;
    private final LogCounters counters;
    private final Executor disk;
    private final Runnable afterBackgroundSync;
    private final BiConsumer<String, Throwable> failed;
    private final AtomicBoolean running = new AtomicBoolean();
    private final List<Segment> dirty = new ArrayList<>();
    private volatile FsyncPolicy policy;

    /** Whether somebody waits to be told that bytes are written. */
    private volatile boolean awaited;

    private long lastNanos;
    private boolean postponing;
    private long postponedSinceNanos;

    Syncer(
            LogConfig config,
            LogEnv env,
            LogCounters counters,
            Executor disk,
            Runnable afterBackgroundSync,
            BiConsumer<String, Throwable> failed) {
        this.config = config;
        this.env = env;
        this.counters = counters;
        this.disk = disk;
        this.afterBackgroundSync = afterBackgroundSync;
        this.failed = failed;
        this.policy = config.fsync();
        this.lastNanos = env.nanoClock().getAsLong();
    }

    FsyncPolicy policy() {
        return policy;
    }

    /** From the next turn on. Any thread. */
    void policy(FsyncPolicy changed, boolean writesAreAwaited) {
        policy = changed;
        awaited = writesAreAwaited;
    }

    /** Whether bytes that come now are to be written at once rather than gathered. */
    boolean isAwaited() {
        return awaited || policy == FsyncPolicy.ALWAYS;
    }

    /** Bytes of the segment are written and not forced. */
    void wrote(Segment segment) {
        if (dirty.isEmpty() || dirty.get(dirty.size() - 1) != segment) {
            dirty.add(segment);
        }
    }

    /**
     * Whether a write should wait since an fsync is running, behind which it might block for longer than the fsync itself: two
     * seconds at the most, and not while so much waits already that the disk would seem stalled. Redis' rule, whose loop would
     * block; where replies wait for the write, putting it off would only make them later.
     *
     * @param pendingBytes that wait to be written, at least 1
     */
    boolean postpones(long pendingBytes) {
        if (policy != FsyncPolicy.EVERYSEC || awaited || !running.get()) {
            postponing = false;
            return false;
        }
        long now = env.nanoClock().getAsLong();
        if (!postponing) {
            postponing = true;
            postponedSinceNanos = now;
        }
        if (now - postponedSinceNanos < POSTPONE_NANOS && pendingBytes < config.stallBytes() / 2) {
            return true;
        }
        postponing = false;
        counters.delayedFsyncs.incrementAndGet();
        return false;
    }

    /** Syncs if it is time to. */
    void afterWrites(Run run) {
        if (dirty.isEmpty()) {
            return;
        }
        if (policy == FsyncPolicy.ALWAYS) {
            syncNow(run);
        } else if (policy == FsyncPolicy.EVERYSEC
                && env.nanoClock().getAsLong() - lastNanos >= EVERY_NANOS
                && running.compareAndSet(false, true)) {
            List<Segment> segments = take();
            long upTo = run.written();
            disk.execute(
                    () -> {
                        try {
                            sync(run, segments, upTo);
                        } finally {
                            running.set(false);
                            afterBackgroundSync.run();
                        }
                    });
        }
    }

    /** Whether an fsync is under way on the disk thread. Any thread. */
    boolean isRunning() {
        return running.get();
    }

    /** Forces everything written so far on this thread; after the disk thread's job if one runs. */
    void syncNow(Run run) {
        sync(run, take(), run.written());
    }

    /** The manifest cannot name the run's last segment: whatever is forced there would not be found. */
    synchronized void endsHere(Run run) {
        run.forceFailed = true;
    }

    /** The run is over; nothing of it is forced any more. */
    void forget() {
        for (Segment segment : take()) {
            segment.release();
        }
    }

    /** The dirty segments, each with a reference. */
    private List<Segment> take() {
        lastNanos = env.nanoClock().getAsLong();
        List<Segment> taken = new ArrayList<>(dirty.size());
        for (Segment segment : dirty) {
            // Retention may have dropped it; then nobody asks for its bytes after a crash.
            if (segment.tryRetain()) {
                taken.add(segment);
            }
        }
        dirty.clear();
        return taken;
    }

    private synchronized void sync(Run run, List<Segment> segments, long upTo) {
        for (Segment segment : segments) {
            try {
                if (!run.forceFailed) {
                    segment.file.force();
                    counters.fsyncs.incrementAndGet();
                }
            } catch (IOException e) {
                run.forceFailed = true;
                failed.accept("fsync of " + segment.path.getFileName(), e);
            } finally {
                segment.release();
            }
        }
        if (!run.forceFailed && run.advanceSynced(upTo)) {
            env.listener().synced(upTo);
        }
    }
}
