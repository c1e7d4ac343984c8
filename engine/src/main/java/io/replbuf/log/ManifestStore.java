package io.replbuf.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the manifest, each version at most once and never an older one over a newer.
 *
 * <p>{@link #describe} takes a picture on the log's thread; the picture is stored there (under {@code appendfsync always}) or
 * on the disk thread, one at a time. A disk that is slower than the rolls writes only the newest of several.
 *
 * <p>A segment is named with its end only when its bytes are on the device: a store forces what it is about to call finished,
 * whatever {@code appendfsync} says, as Redis does with an increment that it closes. So after a power failure only the last
 * segment can be shorter than the manifest says.
 */
final class ManifestStore {
    private final LogFiles files;
    private final Path file;

    /** Written by the log's thread, which never waits for a store. */
    private volatile Picture newest;

    private ManifestEntry base;
    private long stored;

    /** Stores wait: the file must go on saying what it says until a base has been made. */
    private boolean frozen;

    ManifestStore(LogFiles files, LogConfig config) {
        this.files = files;
        this.file = fileIn(config.folder(), config);
    }

    static Path fileIn(Path folder, LogConfig config) {
        return folder.resolve(Manifest.fileName(config.fileName()));
    }

    /** A manifest's content. */
    static byte[] read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > ManifestParser.BYTES_MAX) {
            throw new IOException(
                    file + ": " + size + " bytes (expected: <= " + ManifestParser.BYTES_MAX + ")");
        }
        return Files.readAllBytes(file);
    }

    /** The base that pictures show from now on; null for none. Log thread. */
    void base(ManifestEntry entry) {
        base = entry;
    }

    ManifestEntry base() {
        return base;
    }

    /** From now on the file stays as it is, whatever is stored, until {@link #thaw}. */
    synchronized void freeze() {
        frozen = true;
    }

    synchronized boolean isFrozen() {
        return frozen;
    }

    synchronized void thaw() {
        frozen = false;
    }

    /**
     * What the manifest would say now. Log thread.
     *
     * @param endOffset behind the last byte of the segment that is being written if it is complete and forced, else 0
     */
    Picture describe(SegmentTable table, long endOffset) {
        List<ManifestEntry> entries = new ArrayList<>(table.size() + 1);
        List<Segment> unforced = new ArrayList<>();
        if (base != null) {
            entries.add(base);
        }
        for (int i = 0; i < table.size(); i++) {
            Segment segment = table.get(i);
            entries.add(segment.entry(endOffset));
            if (segment.isSealed() && !segment.isWhole()) {
                unforced.add(segment);
            }
        }
        Picture before = newest;
        newest =
                new Picture(
                        before == null ? 1 : before.version + 1, new Manifest(entries), unforced);
        return newest;
    }

    /** After this the file says what the picture says, or something newer. */
    synchronized void store(Picture picture) throws IOException {
        if (picture.version > stored && !frozen) {
            Picture written = newest;
            for (Segment segment : written.unforced) {
                force(segment);
            }
            files.replace(file, written.manifest.bytes());
            stored = written.version;
        }
    }

    private static void force(Segment segment) throws IOException {
        // One that retention has dropped meanwhile is asked for by nobody; the next picture forgets
        // it.
        if (!segment.isWhole() && segment.tryRetain()) {
            try {
                segment.file.force();
                segment.whole();
            } finally {
                segment.release();
            }
        }
    }

    /** A manifest and its place in time. */
    static final class Picture {
        private final long version;
        private final Manifest manifest;
        private final List<Segment> unforced;

        private Picture(long version, Manifest manifest, List<Segment> unforced) {
            this.version = version;
            this.manifest = manifest;
            this.unforced = unforced;
        }
    }
}
