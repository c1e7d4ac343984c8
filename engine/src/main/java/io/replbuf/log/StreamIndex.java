package io.replbuf.log;

/**
 * What is known about every 64 KB of the log: whether its bytes are whole, and where a command began.
 *
 * <p>The chunks of a segment lie side by side from the segment's start, so a chunk is found by arithmetic; the last one of a
 * segment may be shorter. Filled by the log's thread in the order of the stream; {@link #floor} may be asked on any thread.
 */
public interface StreamIndex extends AutoCloseable {
    /** One entry each 64 KB, so that a check or a scan from an entry on reads little. */
    int CHUNK_BYTES = 64 << 10;

    /** Entries from now on belong to the segment that begins here. Log thread. */
    void begin(long segmentStart);

    /** Takes the next entry of the segment begun last. Log thread. */
    void add(Entry entry);

    /**
     * The greatest entry that begins at or below {@code offset}. Any thread.
     *
     * @return null if there is none
     */
    Entry floor(long offset);

    /** Forgets segments that end at or below {@code offset}; log thread. */
    void dropBelow(long offset);

    /** What the index holds in memory; log thread. */
    long retainedBytes();

    /** Forgets everything; log thread. */
    @Override
    void close();

    static StreamIndex inMemory() {
        return new MemoryIndex();
    }

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
    record Entry(long offset, int bytes, int crc32c, long boundaryOffset, int db) {}
}
