package io.replbuf.log;

import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What is known about every 64 KB of the log: whether its bytes are whole, and where a command began.
 *
 * <p>The chunks of a segment lie side by side from the segment's start, so a chunk is found by arithmetic; the last one of a
 * segment may be shorter. Filled by the log's thread in the order of the stream; {@link #floor} may be asked on any thread.
 *
 * <p>One that survives its process stores each segment's chunks in a file beside the segment, named by {@link Place}; the log
 * reads it at start, holds the segment's bytes against it, and deletes it with its segment.
 */
public interface StreamIndex extends AutoCloseable {
    /** One entry each 64 KB, so that a check or a scan from an entry on reads little. */
    int CHUNK_BYTES = 64 << 10;

    /** Entries from now on belong to this segment; once more for one that is empty, if its replid changed. Log thread. */
    void begin(Place segment);

    /** Takes the next entry of the segment begun last. Log thread. */
    void add(Entry entry);

    /**
     * The greatest entry that begins at or below {@code offset}, of the segments begun in this life. Any thread.
     *
     * @return null if there is none
     */
    Entry floor(long offset);

    /** Forgets segments that end at or below {@code offset}; log thread. */
    void dropBelow(long offset);

    /** What the index holds in memory; log thread. */
    long retainedBytes();

    /** Forgets everything but what is stored; log thread. */
    @Override
    void close();

    /** Whether it stores entries for lives to come. */
    default boolean survives() {
        return false;
    }

    /**
     * What an earlier life stored of a segment, from its first chunk up to the first entry that is not whole; at start only.
     *
     * @return empty if nothing is stored, or it belongs to another segment
     */
    default List<Entry> stored(Place segment) throws IOException {
        return List.of();
    }

    /** Stores all that is known of a finished segment, in place of what was there; at start only. */
    default void store(Place segment, List<Entry> entries) throws IOException {}

    static StreamIndex inMemory() {
        return new MemoryIndex();
    }

    /** One that survives if a {@link StreamIndexProvider} is found and can work here; else the one in memory. */
    static StreamIndex best() {
        return IndexFiles.best();
    }

    /**
     * Which segment is meant, and where it is stored.
     *
     * @param file the index' file, beside the segment's
     * @param replid the history that the segment's bytes belong to; with {@code startOffset} it says which bytes these are
     * @param startOffset of the segment
     */
    record Place(Path file, Replid replid, long startOffset) {}

    /**
     * A chunk.
     *
     * @param offset of its first byte
     * @param bytes its length, 1 to {@link #CHUNK_BYTES}
     * @param crc32c of its bytes
     * @param boundaryOffset the last place at or below its end that is known to be between two commands and outside a
     *     transaction
     * @param db selected there; -1 if a SELECT follows
     */
    record Entry(long offset, int bytes, int crc32c, long boundaryOffset, int db) {
        /** Behind its last byte. */
        public long nextOffset() {
            return offset + bytes;
        }
    }
}
