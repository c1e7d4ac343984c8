package io.replbuf.log;

import io.replbuf.fault.FaultText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries retention out: takes the oldest segments off the table and has the disk thread unlink and close them.
 *
 * <p>Log thread, but for {@link #closeFile} (whoever gave the last reference back).
 *
 * <p><b>Against a reader that comes at the same moment</b> (no lock, since readers come on the command loop): the reader first
 * registers its hold, then looks at what is claimed; retention first claims what it will drop, then looks at the holds again,
 * and gives the claim up where one is below. So either the reader sees the claim, or retention sees the reader. If both see
 * each other, the reader is refused for bytes that were about to go.
 */
final class Retainer {
    private static final Logger LOG = LoggerFactory.getLogger(Retainer.class);

    private final Retention retention;
    private final Bases bases;
    private final LogEnv env;
    private final LogCounters counters;
    private final Holds holds;
    private final SetAside aside;
    private final ManifestStore manifests;
    private final Executor disk;

    /** Dropped, but still being read when looked at last. */
    private final List<Segment> lingering = new ArrayList<>();

    Retainer(
            Retention retention,
            LogEnv env,
            LogCounters counters,
            Holds holds,
            SetAside aside,
            ManifestStore manifests,
            Bases bases,
            Executor disk) {
        this.retention = retention;
        this.env = env;
        this.counters = counters;
        this.holds = holds;
        this.aside = aside;
        this.manifests = manifests;
        this.bases = bases;
        this.disk = disk;
    }

    /** Whether there is more than should be kept; cheap enough to be asked after every write. */
    boolean isOver(Run run) {
        return retention.isOver(run.fileBytes() + aside.bytes());
    }

    /** True if segments were dropped. */
    boolean retain(Run run, long nowNanos) {
        dropAside(run);
        SegmentTable table = run.table();
        int drop = dropCount(run, table, nowNanos);
        if (drop == 0) {
            askForRewrite(run, nowNanos);
            return false;
        }
        run.claim(table.get(drop).startOffset);
        drop = Math.min(drop, dropCount(run, table, nowNanos));
        run.claim(table.get(drop).startOffset);
        if (drop > 0) {
            drop(run, table, drop);
        }
        return drop > 0;
    }

    /** A stretch is over and nobody reads it any more; its files go. */
    void dropAll(Run over) {
        delete(seal(over), null, null);
    }

    /** The segments of a stretch that is over. */
    List<Segment> seal(Run over) {
        SegmentTable table = over.table();
        table.last().seal(over.written(), env.nanoClock().getAsLong());
        List<Segment> sealed = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
            sealed.add(table.get(i));
        }
        return sealed;
    }

    /** These are kept no longer, and the manifest has a newer picture, which is stored before they go. */
    void dropKept(List<Segment> kept, Path staleBase, ManifestStore.Picture picture) {
        delete(kept, staleBase, picture);
    }

    /** No reference is left; off the caller's thread, since closing a deleted file frees its bytes and takes time. */
    void closeFile(Segment segment) {
        disk.execute(
                () -> {
                    try {
                        segment.file.close();
                    } catch (IOException e) {
                        counters.errors.incrementAndGet();
                        LOG.warn("{} cannot be closed: {}", segment.path, FaultText.reason(e));
                    }
                    counters.openFiles.decrementAndGet();
                    segment.closed(counters);
                });
    }

    private int dropCount(Run run, SegmentTable table, long nowNanos) {
        return retention.dropCount(
                table,
                run.fileBytes(),
                aside.bytes(),
                lingeringBytes(),
                holds,
                bases.neededFrom(),
                nowNanos);
    }

    /** Nothing could be dropped; if it should have been and only the base is in the way, that must move on. */
    private void askForRewrite(Run run, long nowNanos) {
        if (run.table().size() > 1
                && run.table().get(0).nextOffset() > bases.neededFrom()
                && retention.isOverCap(run.fileBytes(), aside.bytes(), lingeringBytes())
                && bases.mayAsk(nowNanos)) {
            LOG.warn(
                    "The stream log has {} bytes, and all are needed since its base: a rewrite is wanted",
                    run.fileBytes());
            env.commandLoop().execute(env.listener()::rewriteWanted);
        }
    }

    private void dropAside(Run run) {
        while (!aside.isEmpty()
                && retention.dropsAside(
                        run.fileBytes(),
                        aside.bytes(),
                        lingeringBytes(),
                        aside.oldestMillis(),
                        env.wallMillis().getAsLong())) {
            disk.execute(aside.dropOldest(env.files()));
        }
    }

    private void drop(Run run, SegmentTable table, int count) {
        SegmentTable rest = table.withoutFirst(count);
        // The start first: whoever finds an offset within the range finds it in the table, or sees
        // a later range.
        run.startOffset(rest.startOffset());
        run.table(rest);
        List<Segment> dropped = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            dropped.add(table.get(i));
        }
        // With a gap behind it the base leads nowhere any more.
        Path staleBase = bases.dropIfBefore(rest.startOffset());
        delete(dropped, staleBase, manifests.describe(rest, 0));
    }

    /** The manifest forgets the files before they go, so that it never names one that is not there. */
    private void delete(List<Segment> dropped, Path staleBase, ManifestStore.Picture picture) {
        for (Segment segment : dropped) {
            segment.dropped(counters);
        }
        counters.droppedSegments.addAndGet(dropped.size());
        disk.execute(
                () -> {
                    try {
                        if (picture != null) {
                            manifests.store(picture);
                        }
                        if (staleBase != null) {
                            env.files().delete(staleBase);
                        }
                        for (Segment segment : dropped) {
                            IndexFiles.deleteBoth(env.files(), segment.path);
                        }
                    } catch (IOException e) {
                        counters.errors.incrementAndGet();
                        LOG.warn(
                                "Segments of the stream log cannot be deleted: {}",
                                FaultText.of(e));
                    }
                });
        for (Segment segment : dropped) {
            segment.release();
            lingering.add(segment);
        }
    }

    /** Bytes that readers keep on the disk; not those that the disk thread is about to free anyway. */
    private long lingeringBytes() {
        lingering.removeIf(segment -> !segment.isReferenced());
        long bytes = 0;
        for (Segment segment : lingering) {
            bytes += segment.bytes();
        }
        return bytes;
    }
}
