package io.replbuf.legacy;

import io.replbuf.memory.Extent;
import io.replbuf.memory.Slots;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/** Adds up what a buffer holds by walking every queue and looking at every slot, not by the ledger's formulas. */
final class LiveObjects {
    private LiveObjects() {}

    static long bytes(LegacyBuffer buffer) {
        Slots slots = buffer.slots();
        Set<Integer> seen = new HashSet<>();
        long metadata = 0;
        for (LegacyCursor cursor : buffer.openCursors()) {
            metadata += LegacyCursor.BYTES;
            for (Chunk chunk = cursor.queue().head(); chunk != null; chunk = chunk.next()) {
                metadata += Chunk.OVERHEAD;
                see(slots, chunk.slot, seen);
            }
        }
        for (LegacyCursor cursor : buffer.closingCursors()) {
            metadata += LegacyCursor.BYTES;
            if (cursor.retiredSlot() != Slots.NONE) {
                see(slots, cursor.retiredSlot(), seen);
            }
        }
        if (buffer.ring() != null) {
            metadata += 16 + 4L * buffer.ring().pieces().length;
            for (int piece : buffer.ring().pieces()) {
                see(slots, piece, seen);
            }
        }
        long extents = slots.mappedBytes() / Extent.BYTES;
        metadata += extents * ((Extent.BYTES / slots.slotBytes() + 63) / 64 * Long.BYTES);
        return metadata + (long) seen.size() * slots.slotBytes();
    }

    /** Marks every stream offset that some chunk or the ring holds, and counts the marks. */
    static long distinctOffsets(LegacyBuffer buffer) {
        long next = buffer.nextOffset();
        BitSet marks = new BitSet();
        for (LegacyCursor cursor : buffer.openCursors()) {
            for (Chunk chunk = cursor.queue().head(); chunk != null; chunk = chunk.next()) {
                int from = (int) (next - chunk.startOffset() - chunk.filled());
                marks.set(from, from + chunk.filled());
            }
        }
        if (buffer.ring() != null) {
            marks.set(0, (int) buffer.ring().filled());
        }
        return marks.cardinality();
    }

    private static void see(Slots slots, int slot, Set<Integer> seen) {
        if (slots.isFree(slot) || !seen.add(slot)) {
            throw new AssertionError("slot " + slot + ": free, or held twice");
        }
    }
}
