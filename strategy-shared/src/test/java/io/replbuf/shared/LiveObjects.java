package io.replbuf.shared;

import io.replbuf.memory.Extent;
import io.replbuf.memory.Slots;
import java.util.HashSet;
import java.util.Set;

/** Adds up what a buffer holds by looking at every slot and array, not by the ledger's formulas. */
final class LiveObjects {
    private LiveObjects() {}

    static long bytes(SharedBuffer buffer) {
        BlockChain chain = buffer.chain();
        Slots slots = chain.slots();
        BlockTable table = chain.table();
        Set<Integer> seen = new HashSet<>();
        for (long block = table.head(); block < table.end(); block++) {
            int slot = table.slot(block);
            if (slots.isFree(slot) || !seen.add(slot)) {
                throw new AssertionError("block " + block + ": slot " + slot + " free or doubled");
            }
        }
        for (int slot : chain.retiredSlots()) {
            if (slots.isFree(slot) || !seen.add(slot)) {
                throw new AssertionError("retired slot " + slot + ": free or in the chain");
            }
        }
        long memory = (long) seen.size() * slots.slotBytes();
        long extents = slots.mappedBytes() / Extent.BYTES;
        long bitmaps = extents * ((Extent.BYTES / slots.slotBytes() + 63) / 64 * Long.BYTES);
        long ring = 16 + (long) table.slots().length * Integer.BYTES;
        return memory + bitmaps + 2 * ring + (long) buffer.liveCursors() * SharedCursor.BYTES;
    }
}
