package io.replbuf.keyspace;

import io.replbuf.memory.Account;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Memory for records: size classes cut from extents, and runs of pages for what is larger than a class.
 *
 * <p>A piece is named by a reference of 32 bits: the extent's number (from 1, so that 0 names nothing) and the offset in
 * granules. Command loop only, but for the bytes behind a reference, which whoever was given it may read. The account is
 * charged with capacities. An extent that is wholly free goes back, except the last one free, so that a key which comes
 * and goes does not map and unmap memory.
 */
final class RecordMemory {
    /*
     *   extent (32 MiB) = 4096 pages of 8 KiB
     *
     *     | slab of class 3 (8 pages)   | run of 5 pages | slab of class 40 (32 pages) ... | free |
     *     | slot | slot | slot | ...    | one record     |
     *
     * A slab is 64 KiB for slots up to 4 KiB and 256 KiB for slots up to 32 KiB, so that what does not divide is a few
     * percent at most. Both searches prefer the extents mapped first, which lets the last ones run empty.
     */

    /** 2^11 numbers of extents in a reference, number 0 left out: 64 GiB. */
    static final int EXTENTS_MAX = 1 << 11;

    private static final int OFFSET_BITS = 21;
    private static final int OFFSET_MASK = (1 << OFFSET_BITS) - 1;
    private static final int GRANULE_BITS = 4;

    private static final int SLOT_BYTES_MAX = 32 << 10;
    private static final int SMALL_SLOT_BYTES_MAX = 4 << 10;
    private static final int SMALL_SLAB_PAGES = 8;
    private static final int LARGE_SLAB_PAGES = 32;

    private final Extents extents;
    private final Account account;
    private final Slab[] partial = new Slab[SizeClasses.of(SLOT_BYTES_MAX) + 1];
    private PagedExtent[] paged = new PagedExtent[8];
    private ByteBuffer[] memories = new ByteBuffer[8];
    private int extentsEnd = 1;
    private int emptyExtents;
    private long allocatedBytes;

    RecordMemory(Extents extents, Account account) {
        this.extents = extents;
        this.account = account;
    }

    /** Sum of the capacities handed out. */
    long allocatedBytes() {
        return allocatedBytes;
    }

    /**
     * Takes a piece of at least {@code bytes} bytes, 1 to an extent's size.
     *
     * @throws KeyspaceFullException if no extent has room and none is to be had
     */
    int allocate(int bytes) {
        return bytes <= SLOT_BYTES_MAX ? allocateSlot(bytes) : allocateRun(bytes);
    }

    /** Gives a piece back; nobody may read it any more. */
    void free(int ref) {
        PagedExtent from = paged[extentOf(ref)];
        int offset = offset(ref);
        Slab slab = from.slab(offset / PagedExtent.PAGE_BYTES);
        if (slab == null) {
            charge(-from.runBytes(offset / PagedExtent.PAGE_BYTES));
            freeRun(extentOf(ref), offset / PagedExtent.PAGE_BYTES);
            return;
        }
        boolean wasFull = slab.isFull();
        slab.give(from.memory, offset);
        charge(-slab.slotBytes);
        if (slab.isEmpty()) {
            if (!wasFull) {
                unlink(slab);
            }
            freeRun(slab.extent, slab.page);
        } else if (wasFull) {
            link(slab);
        }
    }

    /** Bytes that a piece has room for. */
    int capacity(int ref) {
        PagedExtent in = paged[extentOf(ref)];
        int page = offset(ref) / PagedExtent.PAGE_BYTES;
        Slab slab = in.slab(page);
        return slab != null ? slab.slotBytes : in.runBytes(page);
    }

    /** The capacity that a piece of {@code bytes} bytes is given. */
    static int capacityFor(int bytes) {
        int capacity = SizeClasses.bytes(SizeClasses.of(bytes));
        if (bytes <= SLOT_BYTES_MAX) {
            return capacity;
        }
        return pagesFor(bytes) * PagedExtent.PAGE_BYTES;
    }

    /** The extent that a piece lies in; absolute access only. */
    ByteBuffer memory(int ref) {
        return memories[ref >>> OFFSET_BITS];
    }

    /** Where a piece begins in {@link #memory}. */
    static int offset(int ref) {
        return (ref & OFFSET_MASK) << GRANULE_BITS;
    }

    /** {@code length} bytes of a piece from {@code from} on, in a buffer that the next call may reuse. */
    ByteBuffer view(int ref, int from, int length) {
        ByteBuffer view = paged[extentOf(ref)].view;
        int position = offset(ref) + from;
        return view.limit(position + length).position(position);
    }

    /**
     * The extents by number. Entries of extents that hold a live piece do not change, so a thread that is handed this array
     * may read the pieces it was handed with it.
     */
    ByteBuffer[] memories() {
        return memories;
    }

    static int extentOf(int ref) {
        return ref >>> OFFSET_BITS;
    }

    /** Gives all pieces and all extents back at once, in time proportional to the extents. */
    void reset() {
        for (int i = 1; i < extentsEnd; i++) {
            if (paged[i] != null) {
                extents.release(paged[i].extent);
                paged[i] = null;
                memories[i] = null;
            }
        }
        Arrays.fill(partial, null);
        extentsEnd = 1;
        emptyExtents = 0;
        charge(-allocatedBytes);
    }

    private int allocateSlot(int bytes) {
        int sizeClass = SizeClasses.of(bytes);
        Slab slab = partial[sizeClass];
        if (slab == null) {
            slab = newSlab(sizeClass);
            link(slab);
        }
        int offset = slab.take(memories[slab.extent]);
        if (slab.isFull()) {
            unlink(slab);
        }
        charge(slab.slotBytes);
        return ref(slab.extent, offset);
    }

    private Slab newSlab(int sizeClass) {
        int pages =
                SizeClasses.bytes(sizeClass) <= SMALL_SLOT_BYTES_MAX
                        ? SMALL_SLAB_PAGES
                        : LARGE_SLAB_PAGES;
        long run = takeRun(pages);
        int extent = (int) (run >>> 32);
        Slab slab = new Slab(sizeClass, extent, (int) run, pages);
        paged[extent].own((int) run, slab);
        return slab;
    }

    private int allocateRun(int bytes) {
        long run = takeRun(pagesFor(bytes));
        int extent = (int) (run >>> 32);
        int page = (int) run;
        charge(paged[extent].runBytes(page));
        return ref(extent, page * PagedExtent.PAGE_BYTES);
    }

    private static int pagesFor(int bytes) {
        int rounded = SizeClasses.bytes(SizeClasses.of(bytes));
        return Math.min(
                PagedExtent.PAGES, (rounded + PagedExtent.PAGE_BYTES - 1) / PagedExtent.PAGE_BYTES);
    }

    /** Number of the extent in the upper half, page in the lower. */
    private long takeRun(int pages) {
        for (int i = 1; i < extentsEnd; i++) {
            if (paged[i] != null) {
                boolean wasEmpty = paged[i].isEmpty();
                int page = paged[i].take(pages);
                if (page >= 0) {
                    emptyExtents -= wasEmpty ? 1 : 0;
                    return (long) i << 32 | page;
                }
            }
        }
        int i = addExtent((long) pages * PagedExtent.PAGE_BYTES);
        return (long) i << 32 | paged[i].take(pages);
    }

    private void freeRun(int extent, int page) {
        PagedExtent from = paged[extent];
        from.give(page);
        if (!from.isEmpty()) {
            return;
        }
        if (emptyExtents == 0) {
            emptyExtents = 1;
            return;
        }
        extents.release(from.extent);
        paged[extent] = null;
        memories[extent] = null;
        while (extentsEnd > 1 && paged[extentsEnd - 1] == null) {
            extentsEnd--;
        }
    }

    private int addExtent(long wantedBytes) {
        int number = 1;
        while (number < extentsEnd && paged[number] != null) {
            number++;
        }
        Extent extent = number < EXTENTS_MAX ? extents.acquire() : null;
        if (extent == null) {
            throw new KeyspaceFullException(wantedBytes);
        }
        if (number == paged.length) {
            paged = Arrays.copyOf(paged, number * 2);
            memories = Arrays.copyOf(memories, number * 2);
        }
        paged[number] = new PagedExtent(extent);
        memories[number] = extent.memory();
        extentsEnd = Math.max(extentsEnd, number + 1);
        return number;
    }

    private void link(Slab slab) {
        Slab head = partial[slab.sizeClass];
        slab.previous = null;
        slab.next = head;
        if (head != null) {
            head.previous = slab;
        }
        partial[slab.sizeClass] = slab;
    }

    private void unlink(Slab slab) {
        if (slab.previous == null) {
            partial[slab.sizeClass] = slab.next;
        } else {
            slab.previous.next = slab.next;
        }
        if (slab.next != null) {
            slab.next.previous = slab.previous;
        }
        slab.previous = null;
        slab.next = null;
    }

    private void charge(long bytes) {
        allocatedBytes += bytes;
        account.add(bytes);
    }

    private static int ref(int extent, int offset) {
        return extent << OFFSET_BITS | offset >>> GRANULE_BITS;
    }
}
