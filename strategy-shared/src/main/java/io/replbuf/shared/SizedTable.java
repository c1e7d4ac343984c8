package io.replbuf.shared;

/**
 * A table of blocks that differ in capacity: beside the slot of each its start offset and its capacity.
 *
 * <p>The same rules of ownership: {@link #capacities()}, too, is for other loops. Start offsets are not: a reader that comes to
 * the end of a block knows where the next one starts.
 */
final class SizedTable extends BlockTable {
    private long[] starts = new long[MIN_LENGTH];
    private volatile int[] capacities = new int[MIN_LENGTH];

    /** The ring of capacities as it is now; any loop. */
    int[] capacities() {
        return capacities;
    }

    long start(long block) {
        long[] ring = starts;
        return ring[(int) block & ring.length - 1];
    }

    int capacity(long block) {
        int[] ring = capacities;
        return ring[(int) block & ring.length - 1];
    }

    void append(int slot, long start, int capacity) {
        long block = end();
        append(slot);
        // After it, which may have resized the rings; the bytes are published later than all of it.
        starts[(int) block & starts.length - 1] = start;
        capacities[(int) block & capacities.length - 1] = capacity;
    }

    @Override
    long bytes() {
        return super.bytes()
                + 2 * 16
                + (long) starts.length * Long.BYTES
                + (long) capacities.length * Integer.BYTES;
    }

    @Override
    void resize(int length) {
        super.resize(length);
        long[] newStarts = new long[length];
        int[] newCapacities = new int[length];
        for (long block = head(); block < end(); block++) {
            newStarts[(int) block & length - 1] = start(block);
            newCapacities[(int) block & length - 1] = capacity(block);
        }
        starts = newStarts;
        capacities = newCapacities;
    }
}
