package io.replbuf.keyspace;

import java.nio.ByteBuffer;

/**
 * Where the fields of a record stand. A record is one piece of {@link RecordMemory}; a long value has further pieces.
 *
 * <p>Reading is for whoever may read the record: the command loop, and a snapshot's helper for what a batch gave it.
 */
final class RecordLayout {
    /*
     *    0  long  expiry in Unix milliseconds, -1: none
     *    8  int   cut epoch; in a record that is kept for a cut alone: what it is charged with, in granules
     *   12  int   key length, and CHUNKED
     *   16  int   value length
     *   20        key, then the value; or, if CHUNKED, the references of its chunks
     *
     * A chunk begins with the number of records that share it (4 bytes, the command loop's), then come value bytes up to its
     * capacity. All chunks of a value but the last have CHUNK_BYTES of them. Records share chunks so that to replace the
     * head of a value of 500 MB (a new expiry, a new name, one more byte while a cut wants the old ones) copies only what
     * is going to differ.
     */
    static final int EXPIRY = 0;
    static final int EPOCH = 8;
    static final int KEY_LENGTH = 12;
    static final int VALUE_LENGTH = 16;
    static final int KEY = 20;

    static final int CHUNK_HEADER = 4;
    static final int CHUNK_PIECE_BYTES = 1 << 20;
    static final int CHUNK_BYTES = CHUNK_PIECE_BYTES - CHUNK_HEADER;

    /** A record that would be larger keeps its value in chunks. */
    static final int INLINE_BYTES_MAX = 1 << 20;

    /** A key must lie in one piece together with the references of 512 MB of value. */
    static final int KEY_BYTES_MAX = 16 << 20;

    private static final int CHUNKED = 1 << 31;
    private static final int KEY_LENGTH_MASK = ~CHUNKED;

    private RecordLayout() {}

    static int keyLength(ByteBuffer memory, int offset) {
        return memory.getInt(offset + KEY_LENGTH) & KEY_LENGTH_MASK;
    }

    static boolean chunked(ByteBuffer memory, int offset) {
        return memory.getInt(offset + KEY_LENGTH) < 0;
    }

    static int valueLength(ByteBuffer memory, int offset) {
        return memory.getInt(offset + VALUE_LENGTH);
    }

    static long expiry(ByteBuffer memory, int offset) {
        return memory.getLong(offset + EXPIRY);
    }

    /** Reference of chunk {@code i}. */
    static int chunk(ByteBuffer memory, int offset, int keyLength, int i) {
        return memory.getInt(offset + KEY + keyLength + i * Integer.BYTES);
    }

    static boolean isInline(int keyLength, long valueLength) {
        return KEY + keyLength + valueLength <= INLINE_BYTES_MAX;
    }

    static int chunks(int valueLength) {
        return (int) ((valueLength + (long) CHUNK_BYTES - 1) / CHUNK_BYTES);
    }

    /** Value bytes in chunk {@code i} of a value of {@code valueLength} bytes. */
    static int chunkLength(int valueLength, int i) {
        return (int) Math.min(CHUNK_BYTES, valueLength - (long) i * CHUNK_BYTES);
    }

    /** Bytes of a record's first piece. */
    static int headBytes(int keyLength, int valueLength) {
        return isInline(keyLength, valueLength)
                ? KEY + keyLength + valueLength
                : KEY + keyLength + chunks(valueLength) * Integer.BYTES;
    }

    static void putHeader(
            ByteBuffer memory, int offset, long expiry, int epoch, int keyLength, int valueLength) {
        memory.putLong(offset + EXPIRY, expiry);
        memory.putInt(offset + EPOCH, epoch);
        memory.putInt(
                offset + KEY_LENGTH,
                isInline(keyLength, valueLength) ? keyLength : keyLength | CHUNKED);
        memory.putInt(offset + VALUE_LENGTH, valueLength);
    }
}
