package io.replbuf.legacy;

import io.replbuf.memory.Extents;
import io.replbuf.memory.Slots;

/** Pooled: slots of one size, cut from extents and used again while their pages are warm. */
final class ExtentMemory implements ChunkMemory {
    private final Slots slots;

    ExtentMemory(Extents extents, int chunkBytes) {
        this.slots = new Slots(extents, chunkBytes);
    }

    @Override
    public Piece take(int bytes, Piece after) {
        if (!slots.reserve(1)) {
            return null;
        }
        int slot = slots.allocate(after == null ? Slots.NONE : after.slot());
        return new Piece(slots.memory(slot), slots.position(slot), slots.slotBytes(), slot);
    }

    @Override
    public void give(Piece piece) {
        slots.free(piece.slot());
    }

    @Override
    public int chunkBytes(int bytes) {
        return slots.slotBytes();
    }

    @Override
    public int mostBytes() {
        return slots.slotBytes();
    }

    @Override
    public long usedBytes() {
        return (long) slots.used() * slots.slotBytes();
    }

    @Override
    public long mappedBytes() {
        return slots.mappedBytes();
    }

    @Override
    public long metadataBytes() {
        return (long) slots.used() * Piece.BYTES + slots.metadataBytes();
    }

    Slots slots() {
        return slots;
    }
}
