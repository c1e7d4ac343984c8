package io.replbuf.log;

import io.replbuf.fault.FaultText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Makes a rewrite's snapshot the base: on the log's thread what is remembered, on the disk thread what takes long.
 *
 * <pre>
 *   log thread: a segment begins at the offset ──▶ disk: force, rename ──▶ log thread: picture ──▶ disk: manifest, delete
 * </pre>
 *
 * Log thread, but for {@link #keptBytes}.
 */
final class BaseSwitch {
    private final LogConfig config;
    private final LogEnv env;
    private final Bases bases;
    private final ManifestStore manifests;
    private final Retainer retainer;
    private final Executor disk;
    private final Executor self;
    private final Reached reached;

    /** A stretch that is over, but still all that start-up could load. */
    private List<Segment> kept = List.of();

    private volatile long keptBytes;
    private Request waiting;

    /** The run once everything below the offset is written and a segment may begin there; else null. */
    @FunctionalInterface
    interface Reached {
        Run at(long offset) throws IOException;
    }

    private record Request(Path finished, long offset, Consumer<String> done) {}

    BaseSwitch(
            LogConfig config,
            LogEnv env,
            Bases bases,
            ManifestStore manifests,
            Retainer retainer,
            Executor disk,
            Executor self,
            Reached reached) {
        this.config = config;
        this.env = env;
        this.bases = bases;
        this.manifests = manifests;
        this.retainer = retainer;
        this.disk = disk;
        this.self = self;
        this.reached = reached;
    }

    /** As soon as the log has been written up to the offset. */
    void ask(Path finished, long offset, Consumer<String> done) {
        waiting = new Request(finished, offset, done);
    }

    /** What was asked for will not be done. */
    void fail(String reason) {
        if (waiting != null) {
            answer(waiting, reason);
            waiting = null;
        }
    }

    void abandon(Path unfinished) {
        waiting = null;
        bases.abandon();
        disk.execute(() -> deleteQuietly(unfinished));
    }

    /** A stretch that is over stays on the disk until a base makes up for it. */
    void keepUntilNext(Run over) {
        kept = retainer.seal(over);
        keptBytes = over.fileBytes();
    }

    /** Bytes of that stretch; any thread. */
    long keptBytes() {
        return keptBytes;
    }

    void turn() throws IOException {
        if (waiting == null || reached.at(waiting.offset) == null) {
            return;
        }
        Request request = waiting;
        waiting = null;
        Run run = runWith(request.offset);
        if (run == null) {
            answer(request, noSegment(request.offset));
            return;
        }
        ManifestEntry entry =
                new ManifestEntry(
                        Manifest.baseName(config.fileName(), bases.nextSeq()),
                        bases.nextSeq(),
                        ManifestEntry.Type.BASE,
                        0,
                        request.offset,
                        run.table().find(request.offset).replid());
        Path file = config.folder().resolve(entry.fileName());
        disk.execute(
                () -> {
                    try {
                        force(request.finished);
                        env.files().rename(request.finished, file);
                    } catch (IOException e) {
                        answer(request, "naming the base: " + FaultText.of(e));
                        return;
                    }
                    self.execute(() -> change(request, entry));
                });
    }

    /** The log is closed. */
    void release() {
        fail("the stream log is closed");
        kept.forEach(Segment::release);
        kept = List.of();
        keptBytes = 0;
    }

    private void change(Request request, ManifestEntry entry) {
        Run run = runWith(request.offset);
        if (run == null) {
            answer(request, noSegment(request.offset));
            return;
        }
        LogPart old = bases.current();
        bases.set(entry);
        SegmentTable table = run.table();
        for (int i = 0; i < table.size() && table.get(i).nextOffset() <= request.offset; i++) {
            table.get(i).becomeHistory();
        }
        manifests.thaw();
        ManifestStore.Picture picture = manifests.describe(table, 0);
        List<Segment> over = kept;
        kept = List.of();
        keptBytes = 0;
        disk.execute(
                () -> {
                    try {
                        manifests.store(picture);
                    } catch (IOException e) {
                        // Both bases are there, and the manifest on the disk names the old one.
                        answer(request, "writing the manifest: " + FaultText.of(e));
                        return;
                    }
                    if (run.found()) {
                        env.listener().synced(run.synced());
                    }
                    answer(request, null);
                });
        retainer.dropKept(over, old == null ? null : old.file(), picture);
    }

    private Run runWith(long offset) {
        try {
            Run run = reached.at(offset);
            Segment segment = run == null ? null : run.table().find(offset);
            return segment != null && segment.startOffset == offset ? run : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static String noSegment(long offset) {
        return "no segment begins at offset " + offset + " (any more)";
    }

    private void force(Path finished) throws IOException {
        LogFile file = env.files().open(finished);
        try {
            file.force();
        } finally {
            file.close();
        }
    }

    private void answer(Request request, String reason) {
        if (reason != null) {
            self.execute(bases::abandon);
            deleteQuietly(request.finished);
        }
        env.commandLoop().execute(() -> request.done.accept(reason));
    }

    private void deleteQuietly(Path file) {
        try {
            env.files().delete(file);
        } catch (IOException e) {
            // A temporary file that cannot be deleted is overwritten by the next rewrite.
            return;
        }
    }
}
