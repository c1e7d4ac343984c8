package io.replbuf.legacy;

import io.replbuf.memory.Pieces;
import java.nio.ByteBuffer;

/**
 * As Redis has it: every piece an allocation of its own, with pages that may be fresh, freed one by one.
 *
 * <p>A chunk is as long as jemalloc makes it for 6.2, which fills it to the end of its size class. The header inside it is an
 * object here: 16384 bytes and a header of 16 make 16400, whose class is 20480, so that 20464 bytes of stream go into it.
 */
final class OwnMemory implements ChunkMemory {
    /** Redis' clientReplyBlock without its bytes: two lengths. */
    private static final int HEADER_BYTES = 16;

    private final Pieces pieces;
    private final int minBytes;
    private long usedBytes;
    private long count;

    OwnMemory(Pieces pieces, int minBytes) {
        this.pieces = pieces;
        this.minBytes = minBytes;
    }

    @Override
    public Piece take(int bytes, Piece after) {
        ByteBuffer memory = pieces.allocate(bytes);
        if (memory == null) {
            return null;
        }
        usedBytes += bytes;
        count++;
        return new Piece(memory, 0, bytes, 0);
    }

    @Override
    public void give(Piece piece) {
        usedBytes -= piece.capacity();
        count--;
        pieces.free(piece.memory());
    }

    @Override
    public int chunkBytes(int bytes) {
        return sizeClass(Math.max(minBytes, bytes) + HEADER_BYTES) - HEADER_BYTES;
    }

    /** A quarter of what a buffer can address: the class above it does not overflow. */
    @Override
    public int mostBytes() {
        return 1 << 29;
    }

    @Override
    public long usedBytes() {
        return usedBytes;
    }

    @Override
    public long mappedBytes() {
        return usedBytes;
    }

    @Override
    public long metadataBytes() {
        return count * (Piece.BYTES + pieces.overheadBytes());
    }

    /** jemalloc's, four to a doubling: 16384, 20480, 24576, 28672, 32768, 40960 and so on; for 64 bytes and more. */
    static int sizeClass(int bytes) {
        int step = Math.max(16, Integer.highestOneBit(bytes - 1) >>> 2);
        return bytes + step - 1 & -step;
    }
}
