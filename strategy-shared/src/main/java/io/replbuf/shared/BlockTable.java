package io.replbuf.shared;

/**
 * Which slot holds which block, and how many cursors are on it: a ring over the block numbers {@code [head, end)}.
 *
 * <p>The command loop owns it. Other loops may ask for {@link #slots()} after they have read the published offset, and
 * look up blocks below that offset and not below their own cursor: those entries do not change while a cursor is there, in
 * this array or in any that replaces it.
 */
class BlockTable {
    /*
     *            head                 end
     *   ring:  | slot | slot | ... |      |      |       entry of block n at n & (length - 1), length a power of two
     *   pins:  |  0   |  2   | ... |  1   |      |       one entry more: readers of an empty chain wait at `end`
     *
     * Two int arrays and no object per block: 8 bytes for each 16 KiB, and nothing for a collector to trace.
     */
    static final int MIN_LENGTH = 64;

    private volatile int[] slots = new int[MIN_LENGTH];
    private int[] pins = new int[MIN_LENGTH];
    private long head;
    private long end;

    /** The ring as it is now; any loop. */
    final int[] slots() {
        return slots;
    }

    /** Number of the oldest block, if there is one. */
    final long head() {
        return head;
    }

    /** Number that the next block will have. */
    final long end() {
        return end;
    }

    final int count() {
        return (int) (end - head);
    }

    final int slot(long block) {
        int[] ring = slots;
        return ring[(int) block & ring.length - 1];
    }

    void append(int slot) {
        int[] ring = slots;
        if (count() + 2 > ring.length) {
            resize(ring.length * 2);
            ring = slots;
        }
        ring[(int) end & ring.length - 1] = slot;
        end++;
    }

    /** Takes the oldest block out; its slot is the caller's. */
    final int removeHead() {
        if (head == end || pins(head) != 0) {
            throw new IllegalStateException(
                    "block " + head + " of [" + head + ", " + end + "): removed while pinned");
        }
        int slot = slot(head);
        head++;
        if (count() < slots.length / 4 && slots.length > MIN_LENGTH) {
            resize(slots.length / 2);
        }
        return slot;
    }

    final int pins(long block) {
        return pins[(int) block & pins.length - 1];
    }

    final void pin(long block) {
        pins[(int) block & pins.length - 1]++;
    }

    final void unpin(long block) {
        int at = (int) block & pins.length - 1;
        if (pins[at] == 0) {
            throw new IllegalStateException("block " + block + ": unpinned without a pin");
        }
        pins[at]--;
    }

    /** Both arrays with their headers. */
    long bytes() {
        return 2L * (16 + (long) slots.length * Integer.BYTES);
    }

    /** Copies into arrays of a new length; readers of the old ring find there what they may look up. */
    void resize(int length) {
        int[] newSlots = new int[length];
        int[] newPins = new int[length];
        for (long block = head; block < end; block++) {
            newSlots[(int) block & length - 1] = slot(block);
        }
        for (long block = head; block <= end; block++) {
            newPins[(int) block & length - 1] = pins(block);
        }
        pins = newPins;
        slots = newSlots;
    }
}
