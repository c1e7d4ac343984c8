package io.replbuf.snapshot;

import io.replbuf.keyspace.Keyspace;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads an RDB into a keyspace, on the thread that owns it.
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
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return load(channel, channel.size(), keyspace, options, listener);
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
        return new RdbLoad(source, totalBytes, keyspace, options, listener).run();
    }
}
