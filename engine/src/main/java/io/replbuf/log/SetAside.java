package io.replbuf.log;

import io.replbuf.fault.FaultText;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of earlier lives of the server: each found at start is moved aside as a whole, to {@code <folder>.<replid>}.
 *
 * <p>They serve nobody, but their bytes are somebody's history, so they count towards retention and go by its rules, oldest
 * first. Only what our manifest names is ever deleted; an append-only file that a Redis server wrote is refused instead of
 * moved, since it is data; one of ours with a base is moved and never deleted, for the same reason. Used before the log's thread starts, and by it from then on.
 */
final class SetAside {
    private static final Logger LOG = LoggerFactory.getLogger(SetAside.class);

    /** One server started a thousand times in one folder without room for its first log is a mistake to be told. */
    private static final int FOLDERS_MAX = 1000;

    private final LogConfig config;
    private final List<Old> folders = new ArrayList<>();
    private volatile long bytes;

    private SetAside(LogConfig config) {
        this.config = config;
    }

    /** Takes stock of the logs moved aside before. */
    static SetAside beside(LogConfig config) throws IOException {
        SetAside aside = new SetAside(config);
        aside.takeStock();
        return aside;
    }

    /** Moves a log found in the folder aside, and takes stock of those moved before. */
    static SetAside prepare(LogConfig config) throws IOException {
        SetAside aside = new SetAside(config);
        if (Files.exists(aside.manifestIn(config.folder()))) {
            aside.move();
        }
        aside.takeStock();
        return aside;
    }

    /** Any thread. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return folders.isEmpty();
    }

    /** When the oldest was written last; only if there is one. */
    long oldestMillis() {
        return folders.get(0).lastWrittenMillis;
    }

    /** Gives up the oldest; deleting it is left to the disk thread. */
    Runnable dropOldest(LogFiles files) {
        Old oldest = folders.remove(0);
        bytes -= oldest.bytes;
        return () -> oldest.delete(files);
    }

    private void move() throws IOException {
        Path folder = config.folder();
        List<ManifestEntry> entries = read(folder).entries();
        requireOurs(manifestIn(folder), entries);
        String name = folder.getFileName() + "." + entries.get(entries.size() - 1).replid();
        for (int i = 1; i <= FOLDERS_MAX; i++) {
            Path target = folder.resolveSibling(i == 1 ? name : name + "." + i);
            if (Files.exists(target)) {
                continue;
            }
            try {
                Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException e) {
                continue;
            }
            LOG.info("The stream log found in {} is set aside as {}", folder, target.getFileName());
            return;
        }
        throw new IOException(
                folder.resolveSibling(name)
                        + ": "
                        + FOLDERS_MAX
                        + " logs set aside (expected: fewer)");
    }

    /** Data that another program wrote is neither moved nor continued. */
    static void requireOurs(Path manifest, List<ManifestEntry> entries) throws IOException {
        for (ManifestEntry entry : entries) {
            if (!entry.isOurs()) {
                throw new IOException(
                        manifest
                                + " names "
                                + entry.fileName()
                                + ", which no stream log wrote (expected: a folder of its own, see appenddirname)");
            }
        }
    }

    private void takeStock() throws IOException {
        Path parent = config.folder().toAbsolutePath().getParent();
        if (!Files.isDirectory(parent)) {
            return;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, this::isAside)) {
            for (Path folder : found) {
                Old old = stock(folder);
                if (old != null) {
                    folders.add(old);
                    bytes += old.bytes;
                }
            }
        }
        // Two lives may end within one tick of the file system's clock; the later one has the
        // longer name.
        folders.sort(
                Comparator.<Old>comparingLong(old -> old.lastWrittenMillis)
                        .thenComparing(old -> old.folder));
    }

    private boolean isAside(Path path) {
        String prefix = config.folder().getFileName() + ".";
        String name = path.getFileName().toString();
        return name.startsWith(prefix)
                && name.substring(prefix.length()).matches("[0-9a-f]{40}([.][0-9]{1,4})?")
                && Files.isDirectory(path);
    }

    private Old stock(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        long sum = 0;
        long lastWritten = 0;
        try {
            for (ManifestEntry entry : read(folder).entries()) {
                if (entry.type() == ManifestEntry.Type.BASE) {
                    LOG.warn(
                            "{} holds a data set, {}: it is kept, and not counted",
                            folder,
                            entry.fileName());
                    return null;
                }
                Path file = folder.resolve(entry.fileName());
                if (entry.isOurs() && Files.isRegularFile(file)) {
                    files.add(file);
                    Path index = IndexFiles.beside(file);
                    if (Files.exists(index)) {
                        files.add(index);
                    }
                    sum += Files.size(file);
                    lastWritten = Math.max(lastWritten, Files.getLastModifiedTime(file).toMillis());
                }
            }
        } catch (ManifestException | NoSuchFileException e) {
            // Half deleted, or not ours: left alone, and said once a start.
            LOG.warn("{} is no stream log that was set aside: {}", folder, FaultText.of(e));
            return null;
        }
        files.add(manifestIn(folder));
        return new Old(folder, files, sum, lastWritten);
    }

    private Path manifestIn(Path folder) {
        return folder.resolve(Manifest.fileName(config.fileName()));
    }

    private Manifest read(Path folder) throws IOException {
        return ManifestParser.parse(ManifestStore.read(manifestIn(folder)));
    }

    /** A folder set aside; its manifest is deleted last, so that a crash in between leaves a folder that is known again. */
    private static final class Old {
        final Path folder;
        final List<Path> files;
        final long bytes;
        final long lastWrittenMillis;

        Old(Path folder, List<Path> files, long bytes, long lastWrittenMillis) {
            this.folder = folder;
            this.files = files;
            this.bytes = bytes;
            this.lastWrittenMillis = lastWrittenMillis;
        }

        void delete(LogFiles disk) {
            try {
                for (Path file : files) {
                    disk.delete(file);
                }
                disk.delete(folder);
                LOG.info("The stream log set aside as {} is dropped", folder.getFileName());
            } catch (IOException e) {
                LOG.warn(
                        "The stream log set aside as {} cannot be dropped: {}",
                        folder,
                        FaultText.of(e));
            }
        }
    }
}
