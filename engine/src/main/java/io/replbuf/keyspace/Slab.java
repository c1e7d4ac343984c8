package io.replbuf.keyspace;

import java.nio.ByteBuffer;

/**
 * A run of pages cut into slots of one size class. Owned by {@link RecordMemory}; command loop only.
 *
 * <p>Free slots are linked through their own first four bytes; slots never used yet are counted, not linked, so that
 * making a slab touches none of its memory.
 */
final class Slab {
    private static final int NONE = -1;

    final int sizeClass;
    final int slotBytes;
    final int extent;
    final int page;
    final int slots;
    private final int start;
    private int fresh;
    private int free = NONE;
    private int live;

    /** Neighbours in the list of this class' slabs that have room. */
    Slab previous;

    Slab next;

    Slab(int sizeClass, int extent, int page, int pages) {
        this.sizeClass = sizeClass;
        this.extent = extent;
        this.page = page;
        slotBytes = SizeClasses.bytes(sizeClass);
        start = page * PagedExtent.PAGE_BYTES;
        slots = pages * PagedExtent.PAGE_BYTES / slotBytes;
    }

    /** Offset in the extent of a slot that is now the caller's; only if there is room. */
    int take(ByteBuffer memory) {
        live++;
        if (free == NONE) {
            return start + fresh++ * slotBytes;
        }
        int slot = free;
        free = memory.getInt(slot);
        return slot;
    }

    void give(ByteBuffer memory, int slot) {
        if (live == 0) {
            throw new IllegalStateException("slot: " + slot + " (expected: one in use)");
        }
        live--;
        memory.putInt(slot, free);
        free = slot;
    }

    boolean isFull() {
        return live == slots;
    }

    boolean isEmpty() {
        return live == 0;
    }
}
