package io.replbuf.legacy;

import java.nio.ByteBuffer;

/**
 * A piece of one replica's private copy of the stream.
 *
 * <p>Written by the command loop, which also links the next one, before it publishes the bytes; read by the cursor's loop below
 * the published offset only. The object outlives its memory, so that a reader which has taken everything still finds
 * {@link #next}.
 */
final class Chunk {
    /** Redis 6.2's reply block header (16) and list node (24): what omem has for a chunk beside its capacity. */
    static final int OMEM_OVERHEAD_BYTES = 40;

    /** This object: header, an offset, two references and a number; charged as metadata. */
    static final int BYTES = 32;

    /*
     *   startOffset          endOffset               startOffset + capacity
     *       |---- stream bytes ------->|---- free ---------->|
     *
     * Read by the loop while the command loop appends: endOffset may be seen as it is now or as it was when the bytes that
     * the loop knows of were published, and either will do, since the published offset bounds what is read.
     */
    final Piece piece;
    private long startOffset;
    private int filled;
    private Chunk next;

    Chunk(Piece piece, long startOffset) {
        this.piece = piece;
        this.startOffset = startOffset;
    }

    long startOffset() {
        return startOffset;
    }

    /** Offset behind its last byte. */
    long endOffset() {
        return startOffset + filled;
    }

    int filled() {
        return filled;
    }

    int capacity() {
        return piece.capacity();
    }

    int room() {
        return piece.capacity() - filled;
    }

    Chunk next() {
        return next;
    }

    // ---- command loop

    void link(Chunk chunk) {
        next = chunk;
    }

    void append(ByteBuffer bytes, int from, int count) {
        piece.memory().put(piece.position() + filled, bytes, from, count);
        filled += count;
    }

    /** Begins at {@code offset}, empty; whatever was here before has been taken. */
    void restart(long offset) {
        startOffset = offset;
        filled = 0;
        next = null;
    }
}
