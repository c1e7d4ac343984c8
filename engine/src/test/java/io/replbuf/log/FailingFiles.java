package io.replbuf.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A disk with a quota, broken parts and a brake; what it does take is really written. */
public final class FailingFiles implements LogFiles {
    private final LogFiles disk = LogFiles.onDisk();

    /** Bytes that segments still take; the write that meets the limit is short, the next one fails. */
    public volatile long quotaBytes = Long.MAX_VALUE;

    public volatile boolean failsForce;
    public volatile boolean failsCreate;
    public volatile boolean failsReplace;
    public volatile boolean failsRename;
    public volatile Error throwsOnWrite;

    /** Forces wait for it if there is one. */
    public volatile CountDownLatch forceBrake;

    /** Writes wait for it if there is one. */
    public volatile CountDownLatch brake;

    @Override
    public LogFile create(Path file) throws IOException {
        if (failsCreate) {
            throw new IOException("No space left on device");
        }
        return new FailingFile(disk.create(file));
    }

    @Override
    public LogFile open(Path file) throws IOException {
        return new FailingFile(disk.open(file));
    }

    @Override
    public void replace(Path file, byte[] content) throws IOException {
        if (failsReplace) {
            throw new IOException("No space left on device");
        }
        disk.replace(file, content);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        if (failsRename) {
            throw new IOException("No space left on device");
        }
        disk.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        disk.delete(file);
    }

    private static void waitFor(CountDownLatch brake) throws IOException {
        if (brake != null) {
            try {
                brake.await();
            } catch (InterruptedException e) {
                throw new IOException("one of the log's threads was interrupted", e);
            }
        }
    }

    private final class FailingFile implements LogFile {
        private final LogFile file;

        FailingFile(LogFile file) {
            this.file = file;
        }

        @Override
        public FileChannel channel() {
            return file.channel();
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            waitFor(brake);
            Error error = throwsOnWrite;
            if (error != null) {
                throw error;
            }
            int allowed = (int) Math.min(bytes.remaining(), quotaBytes);
            if (allowed == 0) {
                throw new IOException("No space left on device");
            }
            ByteBuffer part = bytes.duplicate().limit(bytes.position() + allowed);
            int written = file.write(part, position);
            bytes.position(bytes.position() + written);
            quotaBytes -= written;
            return written;
        }

        @Override
        public void force() throws IOException {
            waitFor(forceBrake);
            if (failsForce) {
                throw new IOException("Input/output error");
            }
            file.force();
        }

        @Override
        public void truncate(long bytes) throws IOException {
            file.truncate(bytes);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
