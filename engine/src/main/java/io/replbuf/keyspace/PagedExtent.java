package io.replbuf.keyspace;

import io.replbuf.memory.Extent;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/** An extent cut into pages, handed out in runs of neighbours. Owned by {@link RecordMemory}; command loop only. */
final class PagedExtent {
    /** 8 KiB, so that rounding a run of more than 32 KiB up to pages costs less than its size class does. */
    static final int PAGE_BYTES = 8 << 10;

    static final int PAGES = Extent.BYTES / PAGE_BYTES;

    final Extent extent;
    final ByteBuffer memory;

    /** Position and limit belong to whoever used it last. */
    final ByteBuffer view;

    private final BitSet used = new BitSet(PAGES);
    private final Slab[] slabs = new Slab[PAGES];
    private final short[] runPages = new short[PAGES];
    private int usedPages;

    /** No free run is longer: an upper bound, made exact by a search that fails. */
    private int longestFree = PAGES;

    PagedExtent(Extent extent) {
        this.extent = extent;
        memory = extent.memory();
        view = extent.slice(0, Extent.BYTES);
    }

    /**
     * Takes the first free run of {@code pages}.
     *
     * @return its first page, or -1
     */
    int take(int pages) {
        if (pages > longestFree) {
            return -1;
        }
        int longest = 0;
        int free = used.nextClearBit(0);
        while (free < PAGES) {
            int end = used.nextSetBit(free);
            if (end < 0) {
                end = PAGES;
            }
            if (end - free >= pages) {
                used.set(free, free + pages);
                usedPages += pages;
                runPages[free] = (short) pages;
                return free;
            }
            longest = Math.max(longest, end - free);
            free = used.nextClearBit(end);
        }
        longestFree = longest;
        return -1;
    }

    /** Says that the run which begins at {@code page} is a slab; without that it is one piece. */
    void own(int page, Slab slab) {
        Arrays.fill(slabs, page, page + runPages[page], slab);
    }

    /** Gives back the run that begins at {@code page}. */
    void give(int page) {
        int pages = runPages[page];
        if (pages == 0) {
            throw new IllegalStateException("page: " + page + " (expected: the first of a run)");
        }
        used.clear(page, page + pages);
        Arrays.fill(slabs, page, page + pages, null);
        runPages[page] = 0;
        usedPages -= pages;
        longestFree = PAGES;
    }

    /** The slab that {@code page} belongs to, or null. */
    Slab slab(int page) {
        return slabs[page];
    }

    int runBytes(int page) {
        return runPages[page] * PAGE_BYTES;
    }

    boolean isEmpty() {
        return usedPages == 0;
    }
}
