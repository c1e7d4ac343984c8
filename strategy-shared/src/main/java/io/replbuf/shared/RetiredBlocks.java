package io.replbuf.shared;

import java.util.ArrayList;
import java.util.List;

/**
 * Blocks that have left the chain while the loop of a closing cursor may still be reading them.
 *
 * <p>Owned by the command loop; once the buffer is closed, by the loop that releases last. A closing cursor holds at most one
 * slice, so these are few, and for no longer than one send.
 */
final class RetiredBlocks {
    /** What a closing cursor may be reading: the blocks {@code [first, last]}. */
    record Hold(long first, long last) {
        static final Hold NOTHING = new Hold(0, -1);

        boolean covers(long block) {
            return block >= first && block <= last;
        }
    }

    /** Frees a block's memory. */
    @FunctionalInterface
    interface Memory {
        void free(int slot, int capacity);
    }

    /** A block off the chain, with the number of holds on it. */
    private static final class Retired {
        final long block;
        final int slot;
        final int capacity;
        int holds;

        Retired(long block, int slot, int capacity, int holds) {
            this.block = block;
            this.slot = slot;
            this.capacity = capacity;
            this.holds = holds;
        }
    }

    private final Memory memory;
    private final List<Hold> holds = new ArrayList<>();
    private final List<Retired> retired = new ArrayList<>();
    private long capacityBytes;

    RetiredBlocks(Memory memory) {
        this.memory = memory;
    }

    void hold(Hold hold) {
        if (hold != Hold.NOTHING) {
            holds.add(hold);
        }
    }

    /** Ends a hold; blocks that nobody holds any more are free. */
    void letGo(Hold hold) {
        if (hold == Hold.NOTHING) {
            return;
        }
        removeFirst(hold);
        retired.removeIf(
                block -> {
                    if (!hold.covers(block.block) || --block.holds > 0) {
                        return false;
                    }
                    free(block);
                    return true;
                });
    }

    /** A block has left the chain: frees it, or keeps it until the last hold on it has ended. */
    void retireOrFree(long block, int slot, int capacity) {
        int held = 0;
        for (int i = 0; i < holds.size(); i++) {
            if (holds.get(i).covers(block)) {
                held++;
            }
        }
        if (held == 0) {
            memory.free(slot, capacity);
        } else {
            retired.add(new Retired(block, slot, capacity, held));
            capacityBytes += capacity;
        }
    }

    int[] slots() {
        return retired.stream().mapToInt(block -> block.slot).toArray();
    }

    int count() {
        return retired.size();
    }

    long capacityBytes() {
        return capacityBytes;
    }

    private void free(Retired block) {
        capacityBytes -= block.capacity;
        memory.free(block.slot, block.capacity);
    }

    /** By identity: two cursors may hold equal stretches. */
    private void removeFirst(Hold hold) {
        for (int i = 0; i < holds.size(); i++) {
            if (holds.get(i) == hold) {
                holds.remove(i);
                return;
            }
        }
        throw new IllegalStateException("hold " + hold + ": ended twice");
    }
}
