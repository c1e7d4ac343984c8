package io.replbuf.memory;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts extents into slots of one size and hands them out singly.
 *
 * <p>One thread owns it, allocates and frees. Other threads may ask for {@link #memory}, {@link #position} and {@link
 * #adjacent} of a slot that the owner told them of (with release and acquire) and keeps allocated meanwhile.
 *
 * <p>An extent is acquired when no slot is free and released as soon as its last slot is, so that what is mapped follows
 * what is used; the one extent that {@link Extents} keeps spare makes this cheap.
 */
public final class Slots {
    /** No slot. */
    public static final int NONE = -1;

    /** Below this the bookkeeping would outweigh the slots. */
    public static final int MIN_SLOT_BYTES = 64;

    /*
     *   extent 0                  extent 1                      slot = extent number << shift | index in the extent
     *   | 0 | 1 | 2 | 3 | ... |   | s | s+1 | s+2 | ... |
     *
     * Slot n + 1 lies right behind slot n, unless n is the last of its extent. The allocator is asked for the slot behind
     * the one before, so that a stream fills an extent from end to end and a reader gets long contiguous stretches; where
     * that slot is taken, it goes to the fullest extent, so that the others run empty and can be given back.
     */
    private final Extents extents;
    private final int slotBytes;
    private final int slotShift;
    private final int indexShift;
    private final int indexMask;

    /** By extent number, null where none is; replaced when it grows, read by other threads. */
    private volatile ByteBuffer[] memories = new ByteBuffer[4];

    private Extent[] held = new Extent[4];
    private long[][] free = new long[4][];
    private int[] usedIn = new int[4];
    private int liveExtents;
    private int used;
    private boolean keepsEmpty;

    /**
     * @param slotBytes a power of two, 64 to {@link Extent#BYTES}
     */
    public Slots(Extents extents, int slotBytes) {
        if (slotBytes < MIN_SLOT_BYTES
                || slotBytes > Extent.BYTES
                || Integer.bitCount(slotBytes) != 1) {
            throw new IllegalArgumentException(
                    "slotBytes: "
                            + slotBytes
                            + " (expected: a power of two, "
                            + MIN_SLOT_BYTES
                            + " to "
                            + Extent.BYTES
                            + ")");
        }
        this.extents = extents;
        this.slotBytes = slotBytes;
        this.slotShift = Integer.numberOfTrailingZeros(slotBytes);
        this.indexShift = Integer.numberOfTrailingZeros(Extent.BYTES) - slotShift;
        this.indexMask = (1 << indexShift) - 1;
    }

    public int slotBytes() {
        return slotBytes;
    }

    /**
     * Makes sure that the next {@code count} calls of {@link #allocate} succeed; owner.
     *
     * @return false if the extents for them cannot be had; then nothing has changed
     */
    public boolean reserve(int count) {
        while (((long) liveExtents << indexShift) - used < count) {
            Extent extent = extents.acquire();
            if (extent == null) {
                releaseEmptyExtents();
                return false;
            }
            add(extent);
        }
        return true;
    }

    /**
     * Takes a free slot, with whatever content it has; owner.
     *
     * @param after the slot that this one had best follow physically, or {@link #NONE}
     * @throws IllegalStateException if none is free: see {@link #reserve}
     */
    public int allocate(int after) {
        int slot = after == NONE ? NONE : behind(after);
        if (slot == NONE) {
            slot = firstFree(fullest());
        }
        int extent = slot >>> indexShift;
        int index = slot & indexMask;
        free[extent][index >>> 6] &= ~(1L << index);
        usedIn[extent]++;
        used++;
        return slot;
    }

    /**
     * Whether an extent stays when its last slot is freed, so that what is mapped stays at its peak; off at first. Switching
     * it off releases the empty ones. Owner.
     */
    public void keepEmptyExtents(boolean keep) {
        keepsEmpty = keep;
        if (!keep) {
            releaseEmptyExtents();
        }
    }

    /** Gives a slot back, and its extent if it was the last one in use there; owner. */
    public void free(int slot) {
        int extent = slot >>> indexShift;
        int index = slot & indexMask;
        if (isFree(slot)) {
            throw new IllegalStateException("slot " + slot + ": freed (expected: in use)");
        }
        Poison.fill(memories[extent], position(slot), slotBytes);
        free[extent][index >>> 6] |= 1L << index;
        used--;
        if (--usedIn[extent] == 0 && !keepsEmpty) {
            remove(extent);
        }
    }

    /** The memory of the extent that the slot is in; absolute access, or a duplicate. */
    public ByteBuffer memory(int slot) {
        return memories[slot >>> indexShift];
    }

    /** Where in {@link #memory} the slot begins. */
    public int position(int slot) {
        return (slot & indexMask) << slotShift;
    }

    /** Whether {@code next} lies right behind {@code slot} in the same memory. */
    public boolean adjacent(int slot, int next) {
        return next == slot + 1 && (next & indexMask) != 0;
    }

    /** Slots in use; owner. */
    public int used() {
        return used;
    }

    /** Whether the slot is not in use; owner. */
    public boolean isFree(int slot) {
        int extent = slot >>> indexShift;
        if (slot < 0 || extent >= held.length || held[extent] == null) {
            return true;
        }
        int index = slot & indexMask;
        return (free[extent][index >>> 6] & 1L << index) != 0;
    }

    /** Extents held, in bytes; owner. */
    public long mappedBytes() {
        return (long) liveExtents * Extent.BYTES;
    }

    /** The bit maps of the extents held, in bytes; owner. */
    public long metadataBytes() {
        return (long) liveExtents * bitmapWords() * Long.BYTES;
    }

    private int behind(int after) {
        int slot = after + 1;
        return (slot & indexMask) != 0 && !isFree(after) && isFree(slot) ? slot : NONE;
    }

    private int fullest() {
        int best = NONE;
        for (int extent = 0; extent < held.length; extent++) {
            if (held[extent] != null
                    && usedIn[extent] <= indexMask
                    && (best == NONE || usedIn[extent] > usedIn[best])) {
                best = extent;
            }
        }
        if (best == NONE) {
            throw new IllegalStateException("free slots: 0 (expected: >= 1, reserve comes first)");
        }
        return best;
    }

    private int firstFree(int extent) {
        long[] bits = free[extent];
        int word = 0;
        while (bits[word] == 0) {
            word++;
        }
        return extent << indexShift | word << 6 | Long.numberOfTrailingZeros(bits[word]);
    }

    private void add(Extent extent) {
        int number = 0;
        while (number < held.length && held[number] != null) {
            number++;
        }
        if (number == held.length) {
            held = Arrays.copyOf(held, number * 2);
            free = Arrays.copyOf(free, number * 2);
            usedIn = Arrays.copyOf(usedIn, number * 2);
            memories = Arrays.copyOf(memories, number * 2);
        }
        long[] bits = new long[bitmapWords()];
        Arrays.fill(bits, -1L);
        if (indexMask < Long.SIZE - 1) {
            bits[0] = (1L << indexMask + 1) - 1;
        }
        held[number] = extent;
        free[number] = bits;
        usedIn[number] = 0;
        memories[number] = extent.memory();
        liveExtents++;
    }

    private void remove(int number) {
        Extent extent = held[number];
        held[number] = null;
        free[number] = null;
        memories[number] = null;
        liveExtents--;
        extents.release(extent);
    }

    private void releaseEmptyExtents() {
        for (int extent = 0; extent < held.length; extent++) {
            if (held[extent] != null && usedIn[extent] == 0) {
                remove(extent);
            }
        }
    }

    private int bitmapWords() {
        return (indexMask >>> 6) + 1;
    }
}
