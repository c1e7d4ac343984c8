package io.replbuf.shared;

import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Poison;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts extents into runs of 4 KiB pages: for blocks of many sizes, as an allocator such as jemalloc gives them to Redis.
 *
 * <p>The command loop owns it. Other loops may ask for {@link #memory} and {@link #position} of a run that they were told of
 * and that stays allocated meanwhile.
 */
final class PageRuns {
    /*
     *   extent 0                         extent 1                   run = extent number << 13 | first page
     *   | p0 | p1 | p2 | ... | p8191 |   | p0 | p1 | ... |
     *
     * One bit a page, 1 for free. The next run is sought behind the last one (a stream appends), then from the first page of
     * every extent that has enough free pages at all, then in a new extent.
     */
    static final int NONE = -1;
    static final int PAGE_BYTES = 4096;
    private static final int PAGE_SHIFT = 12;
    private static final int INDEX_SHIFT = Integer.numberOfTrailingZeros(Extent.BYTES) - PAGE_SHIFT;
    private static final int PAGES = 1 << INDEX_SHIFT;
    private static final int INDEX_MASK = PAGES - 1;

    private final Extents extents;

    /** By extent number, null where none is; replaced when it grows, read by other threads. */
    private volatile ByteBuffer[] memories = new ByteBuffer[4];

    private Extent[] held = new Extent[4];
    private long[][] free = new long[4][];
    private int[] freeIn = new int[4];
    private int liveExtents;
    private long usedPages;
    private int hint;
    private boolean keepsEmpty;

    PageRuns(Extents extents) {
        this.extents = extents;
    }

    /**
     * @param pages 1 to an extent's
     * @return the run, {@link #NONE} if no memory is to be had
     */
    int allocate(int pages) {
        int extent = hint >>> INDEX_SHIFT;
        int page = NONE;
        if (held[extent] != null && freeIn[extent] >= pages) {
            page = find(free[extent], hint & INDEX_MASK, pages);
        }
        for (int other = 0; page == NONE && other < held.length; other++) {
            if (held[other] != null && freeIn[other] >= pages) {
                extent = other;
                page = find(free[other], 0, pages);
            }
        }
        if (page == NONE) {
            Extent acquired = extents.acquire();
            if (acquired == null) {
                return NONE;
            }
            extent = add(acquired);
            page = 0;
        }
        mark(free[extent], page, pages, false);
        freeIn[extent] -= pages;
        usedPages += pages;
        hint = extent << INDEX_SHIFT | (page + pages & INDEX_MASK);
        return extent << INDEX_SHIFT | page;
    }

    void free(int run, int pages) {
        int extent = run >>> INDEX_SHIFT;
        int page = run & INDEX_MASK;
        if (isFree(run)) {
            throw new IllegalStateException("run " + run + ": freed (expected: in use)");
        }
        Poison.fill(memories[extent], position(run), pages << PAGE_SHIFT);
        mark(free[extent], page, pages, true);
        usedPages -= pages;
        freeIn[extent] += pages;
        if (freeIn[extent] == PAGES && !keepsEmpty) {
            remove(extent);
        }
    }

    /** As {@link io.replbuf.memory.Slots#keepEmptyExtents}. */
    void keepEmptyExtents(boolean keep) {
        keepsEmpty = keep;
        for (int extent = 0; !keep && extent < held.length; extent++) {
            if (held[extent] != null && freeIn[extent] == PAGES) {
                remove(extent);
            }
        }
    }

    /** The memory of the extent that the run is in; null if that is gone. */
    ByteBuffer memory(int run) {
        ByteBuffer[] all = memories;
        int extent = run >>> INDEX_SHIFT;
        return extent < all.length ? all[extent] : null;
    }

    /** Where in {@link #memory} the run begins. */
    int position(int run) {
        return (run & INDEX_MASK) << PAGE_SHIFT;
    }

    boolean isFree(int run) {
        int extent = run >>> INDEX_SHIFT;
        if (run < 0 || extent >= held.length || held[extent] == null) {
            return true;
        }
        int page = run & INDEX_MASK;
        return (free[extent][page >>> 6] & 1L << page) != 0;
    }

    long usedBytes() {
        return usedPages << PAGE_SHIFT;
    }

    long mappedBytes() {
        return (long) liveExtents * Extent.BYTES;
    }

    /** The bit maps. */
    long metadataBytes() {
        return (long) liveExtents * (PAGES / Byte.SIZE);
    }

    /** The first run of {@code pages} free ones at or behind {@code from}. */
    private static int find(long[] bits, int from, int pages) {
        int begin = next(bits, from, 0);
        while (begin + pages <= PAGES) {
            int end = next(bits, begin, -1L);
            if (end - begin >= pages) {
                return begin;
            }
            begin = next(bits, end, 0);
        }
        return NONE;
    }

    /** The first free page at or behind {@code from}; with {@code flip} -1 the first in use. Else {@link #PAGES}. */
    private static int next(long[] bits, int from, long flip) {
        if (from >= PAGES) {
            return PAGES;
        }
        int word = from >>> 6;
        long rest = (bits[word] ^ flip) & -1L << from;
        while (rest == 0) {
            if (++word == bits.length) {
                return PAGES;
            }
            rest = bits[word] ^ flip;
        }
        return (word << 6) + Long.numberOfTrailingZeros(rest);
    }

    private static void mark(long[] bits, int page, int pages, boolean free) {
        for (int i = page; i < page + pages; i++) {
            if (free) {
                bits[i >>> 6] |= 1L << i;
            } else {
                bits[i >>> 6] &= ~(1L << i);
            }
        }
    }

    private int add(Extent extent) {
        int number = 0;
        while (number < held.length && held[number] != null) {
            number++;
        }
        if (number == held.length) {
            held = Arrays.copyOf(held, number * 2);
            free = Arrays.copyOf(free, number * 2);
            freeIn = Arrays.copyOf(freeIn, number * 2);
            memories = Arrays.copyOf(memories, number * 2);
        }
        long[] bits = new long[PAGES / Long.SIZE];
        Arrays.fill(bits, -1L);
        held[number] = extent;
        free[number] = bits;
        freeIn[number] = PAGES;
        memories[number] = extent.memory();
        liveExtents++;
        return number;
    }

    private void remove(int number) {
        Extent extent = held[number];
        held[number] = null;
        free[number] = null;
        memories[number] = null;
        liveExtents--;
        extents.release(extent);
    }
}
