package io.replbuf.legacy;

import io.replbuf.memory.Extents;

/**
 * Where ring and queues have their memory from; {@code repl-buffer-pooled} chooses. Command loop.
 *
 * <p>What was taken keeps its address until it is given back; readers on other threads see it through the published offset.
 */
interface ChunkMemory {
    /**
     * Takes memory for {@code bytes} bytes or more.
     *
     * @param bytes 1 to {@link #chunkBytes} of {@link #mostBytes}
     * @param after what this had best follow physically, null without
     * @return null if there is none
     */
    Piece take(int bytes, Piece after);

    void give(Piece piece);

    /** How long a chunk is made for {@code bytes} bytes, 1 to {@link #mostBytes}. */
    int chunkBytes(int bytes);

    /** The longest stretch that is kept in one piece; a power of two. */
    int mostBytes();

    /** Capacity of all that is taken. */
    long usedBytes();

    /** What is mapped for that. */
    long mappedBytes();

    /** What the pieces and their books cost beside that. */
    long metadataBytes();

    static ChunkMemory of(Extents extents, int chunkBytes, boolean pooled) {
        if (pooled || extents.pieces() == null) {
            return new ExtentMemory(extents, chunkBytes);
        }
        return new OwnMemory(extents.pieces(), chunkBytes);
    }
}
