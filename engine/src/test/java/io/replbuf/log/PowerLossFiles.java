package io.replbuf.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * A disk of which an image can be taken as it would be after a power cut: of each file written here as much as was forced, and
 * a random part of the rest; what was replaced or renamed durably is there. Files that others wrote are there whole.
 */
public final class PowerLossFiles implements LogFiles {
    private final LogFiles disk = LogFiles.onDisk();
    private final Map<Path, Tracked> open = new HashMap<>();

    /**
     * Copies a folder as a power cut at this moment would leave it.
     *
     * @param random how much of what was not forced is on the device by chance
     */
    public synchronized void image(Path folder, Path target, Random random) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Path copy = target.resolve(file.getFileName());
                if (file.getFileName().toString().startsWith("temp-")) {
                    // A rewrite's unfinished base: nothing names it, and it may be renamed
                    // meanwhile.
                    continue;
                }
                Files.copy(file, copy);
                Tracked tracked = open.get(file);
                if (tracked != null) {
                    long unforced = tracked.written - tracked.forced;
                    long bytes = tracked.forced + (long) (random.nextDouble() * (unforced + 1));
                    try (FileChannel channel =
                            FileChannel.open(copy, java.nio.file.StandardOpenOption.WRITE)) {
                        channel.truncate(bytes);
                    }
                }
            }
        }
    }

    @Override
    public synchronized LogFile create(Path file) throws IOException {
        Tracked tracked = new Tracked(disk.create(file));
        open.put(file, tracked);
        return tracked;
    }

    @Override
    public LogFile open(Path file) throws IOException {
        return disk.open(file);
    }

    @Override
    public synchronized void replace(Path file, byte[] content) throws IOException {
        disk.replace(file, content);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        disk.delete(file);
        open.remove(file);
    }

    private final class Tracked implements LogFile {
        private final LogFile file;
        private long written;
        private long forced;

        Tracked(LogFile file) {
            this.file = file;
        }

        @Override
        public FileChannel channel() {
            return file.channel();
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            synchronized (PowerLossFiles.this) {
                int count = file.write(bytes, position);
                written = Math.max(written, position + count);
                return count;
            }
        }

        @Override
        public void force() throws IOException {
            long upTo;
            synchronized (PowerLossFiles.this) {
                upTo = written;
            }
            file.force();
            synchronized (PowerLossFiles.this) {
                forced = Math.max(forced, upTo);
            }
        }

        @Override
        public void truncate(long bytes) throws IOException {
            synchronized (PowerLossFiles.this) {
                file.truncate(bytes);
                written = Math.min(written, bytes);
                forced = Math.min(forced, bytes);
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
