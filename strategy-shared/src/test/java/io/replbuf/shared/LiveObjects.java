package io.replbuf.shared;

import io.replbuf.memory.Extent;
import io.replbuf.memory.Slots;
import java.util.HashSet;
import java.util.Set;

/** Adds up what a buffer holds by looking at every slot and array, not by the ledger's formulas. */
final class LiveObjects {
    private LiveObjects() {}

    static long bytes(SharedBuffer buffer) {
        long chain =
                buffer.chain() instanceof SizedChain sized
                        ? ofSized(sized)
                        : ofFixed((FixedChain) buffer.chain());
        int cursors = buffer.cursors().open() + buffer.cursors().closing();
        return chain + (long) cursors * SharedCursor.BYTES;
    }

    private static long ofFixed(FixedChain chain) {
        Slots slots = chain.slots();
        Set<Integer> seen = new HashSet<>();
        BlockTable table = chain.table;
        for (long block = table.head(); block < table.end(); block++) {
            int slot = table.slot(block);
            check("block " + block, slot, slots.isFree(slot), seen);
        }
        for (int slot : chain.retiredSlots()) {
            check("retired", slot, slots.isFree(slot), seen);
        }
        long bitmaps =
                slots.mappedBytes()
                        / Extent.BYTES
                        * ((Extent.BYTES / slots.slotBytes() + 63) / 64 * Long.BYTES);
        return (long) seen.size() * slots.slotBytes()
                + bitmaps
                + 2 * (16 + (long) table.slots().length * Integer.BYTES);
    }

    /** A run of pages is counted page by page, as far as its block's capacity reaches. */
    private static long ofSized(SizedChain chain) {
        PageRuns runs = chain.runs();
        SizedTable table = (SizedTable) chain.table;
        Set<Integer> seen = new HashSet<>();
        for (long block = table.head(); block < table.end(); block++) {
            int pages = (table.capacity(block) + SizedChain.HEADER_BYTES) / PageRuns.PAGE_BYTES;
            for (int page = 0; page < pages; page++) {
                int run = table.slot(block) + page;
                check("block " + block, run, runs.isFree(run), seen);
            }
        }
        long retired = chain.retiredBytes() + (long) chain.retiredCount() * SizedChain.HEADER_BYTES;
        for (int run : chain.retiredSlots()) {
            check("retired", run, runs.isFree(run), seen);
            seen.remove(run);
        }
        long bitmaps = runs.mappedBytes() / Extent.BYTES * (Extent.BYTES / PageRuns.PAGE_BYTES / 8);
        int length = table.slots().length;
        return (long) seen.size() * PageRuns.PAGE_BYTES
                + retired
                + bitmaps
                + 3 * (16 + (long) length * Integer.BYTES)
                + 16
                + (long) length * Long.BYTES;
    }

    private static void check(String what, int slot, boolean free, Set<Integer> seen) {
        if (free || !seen.add(slot)) {
            throw new AssertionError(what + ": slot " + slot + " free or doubled");
        }
    }
}
