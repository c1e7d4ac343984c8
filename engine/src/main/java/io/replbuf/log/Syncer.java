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
 */
final class Syncer {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LogConfig config;
    private final LogEnv env;
    private final LogCounters counters;
    private final Executor disk;
    private final BiConsumer<String, Throwable> failed;
    private final AtomicBoolean running = new AtomicBoolean();
    private final List<Segment> dirty = new ArrayList<>();
    private long lastNanos;

    Syncer(
            LogConfig config,
            LogEnv env,
            LogCounters counters,
            Executor disk,
            BiConsumer<String, Throwable> failed) {
        this.config = config;
        this.env = env;
        this.counters = counters;
        this.disk = disk;
        this.failed = failed;
        this.lastNanos = env.nanoClock().getAsLong();
    }

    /** Bytes of the segment are written and not forced. */
    void wrote(Segment segment) {
        if (dirty.isEmpty() || dirty.get(dirty.size() - 1) != segment) {
            dirty.add(segment);
        }
    }

    /** Syncs if it is time to. */
    void afterWrites(Run run) {
        if (dirty.isEmpty()) {
            return;
        }
        if (config.fsync() == FsyncPolicy.ALWAYS) {
            syncNow(run);
        } else if (config.fsync() == FsyncPolicy.EVERYSEC
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
                        }
                    });
        }
    }

    /** Forces everything written so far on this thread; after the disk thread's job if one runs. */
    void syncNow(Run run) {
        sync(run, take(), run.written());
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

    private void sync(Run run, List<Segment> segments, long upTo) {
        boolean forced = true;
        for (Segment segment : segments) {
            try {
                if (forced) {
                    segment.file.force();
                    counters.fsyncs.incrementAndGet();
                }
            } catch (IOException e) {
                forced = false;
                failed.accept("fsync of " + segment.path.getFileName(), e);
            } finally {
                segment.release();
            }
        }
        if (forced && run.advanceSynced(upTo)) {
            env.listener().synced(upTo);
        }
    }
}
