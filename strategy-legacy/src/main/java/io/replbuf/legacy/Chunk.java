package io.replbuf.legacy;

import io.replbuf.memory.Slots;
import java.nio.ByteBuffer;

/**
 * A piece of one replica's private copy of the stream.
 *
 * <p>Written by the command loop, which also links the next one, before it publishes the bytes; read by the cursor's loop below
 * the published offset only. The object outlives its memory, so that a reader which has taken everything still finds
 * {@link #next}.
 */
final class Chunk {
    /** Redis 6.2's reply block header (16) and list node (24): what a chunk is charged beside its capacity. */
    static final int OVERHEAD = 40;

    /*
     *   startOffset          startOffset + filled      startOffset + capacity
     *       |---- stream bytes ------->|---- free ---------->|
     */
    final int slot;
    final ByteBuffer memory;
    final int position;
    private final int capacity;

    private long startOffset;
    private int filled;
    private Chunk next;

    Chunk(Slots slots, int slot, long startOffset) {
        this.slot = slot;
        this.memory = slots.memory(slot);
        this.position = slots.position(slot);
        this.capacity = slots.slotBytes();
        this.startOffset = startOffset;
    }

    long startOffset() {
        return startOffset;
    }

    /** Offset behind its last byte once it is full. */
    long fullOffset() {
        return startOffset + capacity;
    }

    int filled() {
        return filled;
    }

    int room() {
        return capacity - filled;
    }

    Chunk next() {
        return next;
    }

    // ---- command loop

    void link(Chunk chunk) {
        next = chunk;
    }

    void append(ByteBuffer bytes, int from, int count) {
        memory.put(position + filled, bytes, from, count);
        filled += count;
    }

    /** Begins again at its start; its reader has taken everything and looks here again only for bytes published later. */
    void restart(long offset) {
        startOffset = offset;
        filled = 0;
    }
}
