package io.replbuf.keyspace;

import java.nio.ByteBuffer;

/** Is shown the records of a batch. Buffers are read-only and valid during the call. */
@FunctionalInterface
public interface RecordVisitor {
    /** @param expireAtMillis Unix milliseconds, -1 without an expiry */
    void record(int db, ByteBuffer key, ByteBuffer value, long expireAtMillis);

    /**
     * A record whose value lies in several pieces, as those above a megabyte do. Joins them on the heap unless overridden.
     *
     * @param valueBytes sum of the pieces
     */
    default void record(
            int db, ByteBuffer key, ByteBuffer[] value, int valueBytes, long expireAtMillis) {
        ByteBuffer joined = ByteBuffer.allocate(valueBytes);
        for (ByteBuffer piece : value) {
            joined.put(piece.duplicate());
        }
        record(db, key, joined.flip().asReadOnlyBuffer(), expireAtMillis);
    }
}
