package io.replbuf.snapshot;

import io.replbuf.keyspace.Keyspace;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;

/**
 * Reads an RDB into a keyspace in one go, on the thread that owns it; {@link RdbLoad} does it in slices.
 *
 * <p>The keyspace should be empty: a key that is there already is taken for a file that names it twice. After an exception it
 * holds what was read until then, and the caller flushes it or gives up, as Redis does.
 */
public final class RdbLoader {
    private RdbLoader() {}

    /**
     * Loads a file.
     *
     * @throws java.nio.file.NoSuchFileException if there is none: an empty data set, as a rule
     * @throws RdbFormatException if it is truncated, corrupt, or holds what this engine does not
     * @throws io.replbuf.keyspace.KeyspaceFullException if it does not fit
     */
    public static LoadResult load(
            Path file, Keyspace keyspace, LoadOptions options, LoadListener listener)
            throws IOException {
        try (RdbLoad load = RdbLoad.of(file, keyspace, options, listener)) {
            return toEnd(load);
        }
    }

    /**
     * Loads from a channel that blocks, and may read ahead of the RDB's end on it.
     *
     * @param totalBytes what the channel will give, -1 if not known
     * @throws IOException as for a file
     */
    public static LoadResult load(
            ReadableByteChannel source,
            long totalBytes,
            Keyspace keyspace,
            LoadOptions options,
            LoadListener listener)
            throws IOException {
        return toEnd(new RdbLoad(source, totalBytes, keyspace, options, listener));
    }

    private static LoadResult toEnd(RdbLoad load) throws IOException {
        while (!load.step()) {
            // Nobody else wants the thread.
        }
        return load.result();
    }
}
