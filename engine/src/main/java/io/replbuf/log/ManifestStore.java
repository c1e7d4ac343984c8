package io.replbuf.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the manifest, each version at most once and never an older one over a newer.
 *
 * <p>{@link #describe} takes a picture on the log's thread; the picture is stored there (under {@code appendfsync always}) or
 * on the disk thread, one at a time. A disk that is slower than the rolls writes only the newest of several.
 */
final class ManifestStore {
    private final LogFiles files;
    private final Path file;
    private Picture newest;
    private long stored;

    ManifestStore(LogFiles files, LogConfig config) {
        this.files = files;
        this.file = config.folder().resolve(Manifest.fileName(config.fileName()));
    }

    /**
     * What the manifest would say now.
     *
     * @param endOffset behind the last byte of the segment that is being written if it is complete, else 0
     */
    synchronized Picture describe(SegmentTable table, long endOffset) {
        List<ManifestEntry> entries = new ArrayList<>(table.size());
        for (int i = 0; i < table.size(); i++) {
            entries.add(table.get(i).entry(endOffset));
        }
        newest = new Picture(newest == null ? 1 : newest.version + 1, new Manifest(entries));
        return newest;
    }

    /** After this the file says what the picture says, or something newer. */
    synchronized void store(Picture picture) throws IOException {
        if (picture.version > stored) {
            Picture written = newest;
            files.replace(file, written.manifest.bytes());
            stored = written.version;
        }
    }

    /** A manifest and its place in time. */
    static final class Picture {
        private final long version;
        private final Manifest manifest;

        private Picture(long version, Manifest manifest) {
            this.version = version;
            this.manifest = manifest;
        }
    }
}
