package io.replbuf.log;

import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the index of a segment is stored, and who stores it. */
final class IndexFiles {
    private static final Logger LOG = LoggerFactory.getLogger(IndexFiles.class);

    private IndexFiles() {}

    static StreamIndex best() {
        for (StreamIndexProvider provider : ServiceLoader.load(StreamIndexProvider.class)) {
            String obstacle = provider.obstacle();
            if (obstacle == null) {
                return provider.create();
            }
            LOG.info("The stream log's index is in memory only: {}", obstacle);
        }
        return StreamIndex.inMemory();
    }

    static Path beside(Path segment) {
        return segment.resolveSibling(segment.getFileName() + ".index");
    }

    static StreamIndex.Place place(Path segment, Replid replid, long startOffset) {
        return new StreamIndex.Place(beside(segment), replid, startOffset);
    }

    /** Deletes the segment, and its index, if it has one. */
    static void deleteBoth(LogFiles files, Path segment) throws IOException {
        files.delete(segment);
        Path index = beside(segment);
        if (Files.exists(index)) {
            files.delete(index);
        }
    }
}
