package io.replbuf.harness.simulation;

import io.replbuf.log.LogFile;
import io.replbuf.log.LogFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The log's disk, with the mishaps of a real one: writes that take a part, no space, and crashes that lose what was not forced.
 *
 * <p>The bytes are in real files of a temporary folder, since leases hand out channels; what a crash would do to them is kept in
 * books beside. Each life of the primary has a folder of its own: {@link #afterCrash} makes the next one's from what survives.
 */
final class SimulatedDisk implements LogFiles {
    private final SplittableRandom random;
    private final Path folder;
    private final Map<Path, Inode> files = new LinkedHashMap<>();
    private boolean full;
    private int partialOneIn = Integer.MAX_VALUE;

    /**
     * @param folder exists and is the log's {@code dir}
     */
    SimulatedDisk(SplittableRandom random, Path folder) {
        this.random = random;
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    void full(boolean noSpace) {
        full = noSpace;
    }

    /** One write in so many takes less than it was given. */
    void partialWrites(int oneIn) {
        partialOneIn = oneIn;
    }

    @Override
    public LogFile create(Path file) throws IOException {
        requireSpace(file);
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        Inode inode = new Inode(channel);
        files.put(file, inode);
        return inode;
    }

    @Override
    public LogFile open(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Inode inode = new Inode(channel);
        inode.length = channel.size();
        inode.forced = inode.length;
        inode.named = true;
        files.put(file, inode);
        return inode;
    }

    /** Nobody can crash in the middle of a step, so plain writing is at once; the names of new files are durable after it. */
    @Override
    public void replace(Path file, byte[] content) throws IOException {
        requireSpace(file);
        Files.write(file, content);
        for (Inode inode : files.values()) {
            inode.named = true;
        }
    }

    @Override
    public void rename(Path file, Path name) throws IOException {
        requireSpace(name);
        Files.move(file, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Inode inode = files.remove(file);
        if (inode != null) {
            files.put(name, inode);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        files.remove(file);
    }

    /**
     * The folder as it is found after a crash now: forced bytes are there, of the others some first ones; a new file whose name
     * was not forced may be missing.
     *
     * @param wallMillis the files' time
     */
    SimulatedDisk afterCrash(Path next, long wallMillis) {
        copy(next, wallMillis, true);
        return new SimulatedDisk(random, next);
    }

    /** The folder as it is. */
    SimulatedDisk afterShutdown(Path next, long wallMillis) {
        copy(next, wallMillis, false);
        return new SimulatedDisk(random, next);
    }

    private void copy(Path next, long wallMillis, boolean crash) {
        try {
            for (Path file : walk(folder)) {
                Inode inode = files.get(file);
                boolean lost = crash && inode != null && !inode.named && random.nextBoolean();
                if (lost) {
                    continue;
                }
                Path copy = next.resolve(folder.relativize(file));
                Files.createDirectories(copy.getParent());
                byte[] content = Files.readAllBytes(file);
                long length = content.length;
                if (crash && inode != null) {
                    length = inode.forced + random.nextLong(inode.length - inode.forced + 1);
                }
                try (FileChannel to =
                        FileChannel.open(
                                copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    to.write(ByteBuffer.wrap(content, 0, (int) length));
                }
                Files.setLastModifiedTime(copy, FileTime.fromMillis(wallMillis));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("simulated disk in " + folder + " cannot be copied", e);
        }
    }

    /** In the order of their names, so that a run is the same again. */
    private static List<Path> walk(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Deletes the folder and all in it. */
    static void delete(Path folder, boolean itself) {
        try {
            Files.walkFileTree(
                    folder,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.delete(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(Path visited, IOException wrong)
                                throws IOException {
                            if (itself || !visited.equals(folder)) {
                                Files.delete(visited);
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be deleted", e);
        }
    }

    private void requireSpace(Path file) throws IOException {
        if (full) {
            throw new IOException(file.getFileName() + ": No space left on device (simulated)");
        }
    }

    private final class Inode implements LogFile {
        private final FileChannel channel;
        private long length;

        /** Bytes that survive a crash. */
        private long forced;

        /** Whether the name survives a crash. */
        private boolean named;

        Inode(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public FileChannel channel() {
            return channel;
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            if (full) {
                throw new IOException("No space left on device (simulated)");
            }
            int limit = bytes.limit();
            if (random.nextInt(partialOneIn) == 0) {
                bytes.limit(bytes.position() + 1 + random.nextInt(bytes.remaining()));
            }
            int n = channel.write(bytes, position);
            bytes.limit(limit);
            length = Math.max(length, position + n);
            return n;
        }

        @Override
        public void force() {
            forced = length;
        }

        @Override
        public void truncate(long bytes) throws IOException {
            channel.truncate(bytes);
            length = Math.min(length, bytes);
            forced = Math.min(forced, length);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
