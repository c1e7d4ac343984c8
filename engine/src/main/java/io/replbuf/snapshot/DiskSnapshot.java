package io.replbuf.snapshot;

import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Cut;
import io.replbuf.keyspace.CutBatch;
import io.replbuf.keyspace.Keyspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves into the RDB file of a folder: BGSAVE's way on a thread of its own, SAVE's way at once.
 *
 * <p>The command loop. Either way the file appears under its name whole and durable or not at all, and every obstacle (a
 * folder that is gone or read-only, a full disk) is a result that says what and where.
 */
public final class DiskSnapshot {
    private static final Logger LOG = LoggerFactory.getLogger(DiskSnapshot.class);

    private final SnapshotFiles files;
    private final Path dir;
    private final Path file;
    private final Path tempFile;
    private final boolean incrementalFsync;

    /**
     * @param files the disk
     * @param dir {@code dir}
     * @param fileName {@code dbfilename}, a plain name
     * @param incrementalFsync {@code rdb-save-incremental-fsync}
     */
    public DiskSnapshot(SnapshotFiles files, Path dir, String fileName, boolean incrementalFsync) {
        Path name = Path.of(fileName);
        if (fileName.isEmpty() || name.isAbsolute() || name.getNameCount() != 1) {
            throw new IllegalArgumentException(
                    "dbfilename: '" + fileName + "' (expected: a file name without a folder)");
        }
        this.files = files;
        this.dir = dir.toAbsolutePath();
        this.file = this.dir.resolve(name);
        this.tempFile = temporaryIn(this.dir);
        this.incrementalFsync = incrementalFsync;
    }

    private static Path temporaryIn(Path dir) {
        return dir.resolve("temp-" + ProcessHandle.current().pid() + ".rdb");
    }

    /** For a process that ends in the middle of a save; a file that cannot be removed stays, as after a crash. */
    public static void removeTemporary(Path dir) {
        try {
            Files.deleteIfExists(temporaryIn(dir.toAbsolutePath()));
        } catch (IOException stays) {
            LOG.warn("The unfinished RDB in {} stays: {}", dir, FaultText.reason(stays));
        }
    }

    /** Where the RDB lies after a save. */
    public Path file() {
        return file;
    }

    /** Where it lies during one. */
    public Path tempFile() {
        return tempFile;
    }

    /** Saves in the background; no cut may be in progress. */
    public SnapshotJob start(
            Keyspace keyspace,
            RdbOptions options,
            RdbAux aux,
            SnapshotEnv env,
            SnapshotListener listener) {
        return SnapshotJob.start(keyspace, options, aux, target(), env, listener);
    }

    /** Saves on this thread, which is the command loop, and returns when that is done; no cut may be in progress. */
    public SnapshotResult save(
            Keyspace keyspace, RdbOptions options, RdbAux aux, LongSupplier keySaveDelayMicros) {
        Cut cut = keyspace.beginCut();
        SnapshotWrite write =
                new SnapshotWrite(
                        SnapshotJob.sizes(keyspace, cut),
                        target(),
                        options,
                        aux,
                        keySaveDelayMicros);
        CutBatch batch = new CutBatch();
        try {
            write.begin();
            while (cut.walk(batch, SnapshotWrite.BATCH_RECORDS, SnapshotWrite.BATCH_BYTES)) {
                try {
                    write.write(batch);
                } finally {
                    cut.done(batch);
                }
            }
            return write.finish();
        } catch (Exception | OutOfMemoryError e) {
            return write.failed(e);
        } finally {
            cut.close();
        }
    }

    private FileTarget target() {
        return new FileTarget(files, dir, tempFile, file, incrementalFsync);
    }
}
