package io.replbuf.snapshot;

import io.replbuf.fault.FaultText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An RDB file that appears under its name only when it is whole and durable.
 *
 * <p>Written as {@code temp-<pid>.rdb} beside it; then fsync, rename, fsync of the folder. A crash leaves at most the
 * temporary file. One thread. A write in progress is not cancelled: a disk takes it in a moment, and an interrupt would make
 * the one who sends it wait for just that moment.
 */
final class FileTarget implements SnapshotTarget {
    private static final Logger LOG = LoggerFactory.getLogger(FileTarget.class);

    /** Redis' step for {@code rdb-save-incremental-fsync}: no burst of dirty pages at the end. */
    private static final int FSYNC_STEP_BYTES = 4 << 20;

    private final SnapshotFiles files;
    private final Path dir;
    private final Path temp;
    private final Path file;
    private final boolean incrementalFsync;
    private SnapshotFiles.Output output;

    FileTarget(SnapshotFiles files, Path dir, Path temp, Path file, boolean incrementalFsync) {
        this.files = files;
        this.dir = dir;
        this.temp = temp;
        this.file = file;
        this.incrementalFsync = incrementalFsync;
    }

    @Override
    public WritableByteChannel open() throws IOException {
        try {
            output = files.create(temp);
        } catch (IOException e) {
            throw new SaveException(
                    "Failed opening the temp RDB file "
                            + temp.getFileName()
                            + " (in server root dir "
                            + dir
                            + ") for saving: "
                            + FaultText.reason(e),
                    e);
        }
        return incrementalFsync ? new IncrementalFsync(output) : output;
    }

    @Override
    public void commit() throws IOException {
        step("fsync", output::force);
        step("fclose", output::close);
        try {
            files.rename(temp, file);
        } catch (IOException e) {
            throw new SaveException(
                    "Error moving temp DB file "
                            + temp.getFileName()
                            + " on the final destination "
                            + file.getFileName()
                            + " (in server root dir "
                            + dir
                            + "): "
                            + FaultText.reason(e),
                    e);
        }
        step("fsyncFileDir", () -> files.forceFolder(dir));
    }

    /** Redis' text, which names a function of its own. */
    private static void step(String function, Step step) throws SaveException {
        try {
            step.run();
        } catch (IOException e) {
            throw new SaveException(
                    "Write error saving DB on disk(" + function + "): " + FaultText.reason(e), e);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    @Override
    public void discard() {
        if (output == null) {
            return; // a temporary file that could not be opened is not ours
        }
        try {
            output.close();
        } catch (IOException e) {
            LOG.warn("Closing {} of a failed save: {}", temp, FaultText.reason(e));
        }
        try {
            files.delete(temp);
        } catch (IOException e) {
            LOG.warn("Removing {} of a failed save: {}", temp, FaultText.reason(e));
        }
    }

    @Override
    public void cancel(Thread writer) {}

    @Override
    public String name() {
        return "on disk(rdbSaveRio)";
    }

    /** Starts the disk on every few megabytes. */
    private static final class IncrementalFsync implements WritableByteChannel {
        private final SnapshotFiles.Output output;
        private int unsyncedBytes;

        IncrementalFsync(SnapshotFiles.Output output) {
            this.output = output;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int written = output.write(bytes);
            unsyncedBytes += written;
            if (unsyncedBytes >= FSYNC_STEP_BYTES) {
                unsyncedBytes = 0;
                output.force();
            }
            return written;
        }

        @Override
        public boolean isOpen() {
            return output.isOpen();
        }

        @Override
        public void close() throws IOException {
            output.close();
        }
    }
}
