package io.replbuf.snapshot;

import io.replbuf.fault.FaultText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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

    private final Path dir;
    private final Path temp;
    private final Path file;
    private final boolean incrementalFsync;
    private FileChannel channel;

    FileTarget(Path dir, Path temp, Path file, boolean incrementalFsync) {
        this.dir = dir;
        this.temp = temp;
        this.file = file;
        this.incrementalFsync = incrementalFsync;
    }

    @Override
    public WritableByteChannel open() throws IOException {
        try {
            channel =
                    FileChannel.open(
                            temp,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE);
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
        return incrementalFsync ? new IncrementalFsync(channel) : channel;
    }

    @Override
    public void commit() throws IOException {
        channel.force(true);
        channel.close();
        try {
            Files.move(
                    temp,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
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
        try (FileChannel folder = FileChannel.open(dir, StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            throw new SaveException(
                    "Failed to fsync directory " + dir + " while saving DB: " + FaultText.reason(e),
                    e);
        }
    }

    @Override
    public void discard() {
        if (channel == null) {
            return; // a temporary file that could not be opened is not ours
        }
        try {
            channel.close();
            Files.deleteIfExists(temp);
        } catch (IOException e) {
            LOG.warn("Removing {} of a failed save: {}", temp, FaultText.reason(e));
        }
    }

    @Override
    public void cancel(Thread writer) {}

    @Override
    public String name() {
        return "on disk (" + temp + ")";
    }

    /** Starts the disk on every few megabytes. */
    private static final class IncrementalFsync implements WritableByteChannel {
        private final FileChannel channel;
        private int unsyncedBytes;

        IncrementalFsync(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int written = channel.write(bytes);
            unsyncedBytes += written;
            if (unsyncedBytes >= FSYNC_STEP_BYTES) {
                unsyncedBytes = 0;
                channel.force(false);
            }
            return written;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
