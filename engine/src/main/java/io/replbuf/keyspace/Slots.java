package io.replbuf.keyspace;

import io.replbuf.memory.Account;

/**
 * One open-addressed array of table entries with linear probing, in pages that exist only where there is something. Command
 * loop only; the account is charged with the pages.
 *
 * <p>The home of an entry is the leading bits of its hash, so entries stand in the order of their hashes but for the few
 * places by which a crowd pushes them on: a walk in hash order is a walk through memory, and it means the same in a table
 * of any size.
 */
final class Slots {
    /*
     * An entry is a long; 0 is a free slot, since no reference is 0.
     *
     *    63 ........ 33   32   31 ......... 0
     *    hash (31 bits)   T    reference          T: the record has an expiry
     *
     * An entry stands at its home or behind it with no free slot between (removal moves entries back to keep it so). The
     * slot after the last is the first.
     */
    static final int HASH_BITS = 31;
    static final int HASH_SHIFT = 33;
    static final long EXPIRES = 1L << 32;

    /** Hashes are numbers below this. */
    static final long HASHES = 1L << HASH_BITS;

    static final int BITS_MIN = 4;
    static final int BITS_MAX = 30;

    private static final int PAGE_BITS = 16;
    private static final int PAGE_SLOTS = 1 << PAGE_BITS;
    private static final int PAGE_MASK = PAGE_SLOTS - 1;
    private static final int ARRAY_HEADER_BYTES = 16;

    final int bits;
    final int mask;
    private final long[][] pages;
    private final int[] used;
    private final int pageSlots;
    private final Account account;
    private int size;

    Slots(int bits, Account account) {
        this.bits = bits;
        this.account = account;
        mask = (1 << bits) - 1;
        pageSlots = Math.min(1 << bits, PAGE_SLOTS);
        pages = new long[(1 << bits) / pageSlots][];
        used = new int[pages.length];
    }

    static long hashOf(long entry) {
        return entry >>> HASH_SHIFT;
    }

    int capacity() {
        return mask + 1;
    }

    int size() {
        return size;
    }

    int home(long entry) {
        return (int) (entry >>> (Long.SIZE - bits));
    }

    /** First slot of hash {@code hash}, as a number below {@link #HASHES}. */
    int homeOfHash(long hash) {
        return (int) (hash >>> (HASH_BITS - bits));
    }

    long get(int slot) {
        long[] page = pages[slot >>> PAGE_BITS];
        return page == null ? 0 : page[slot & PAGE_MASK];
    }

    /** Replaces the entry in a slot by one with the same hash. */
    void replace(int slot, long entry) {
        pages[slot >>> PAGE_BITS][slot & PAGE_MASK] = entry;
    }

    /** Puts an entry that is not there yet; there must be a free slot. */
    int insert(long entry) {
        int slot = home(entry);
        while (get(slot) != 0) {
            slot = (slot + 1) & mask;
        }
        fill(slot, entry);
        size++;
        return slot;
    }

    void remove(int slot) {
        int hole = slot;
        int at = slot;
        while (true) {
            at = (at + 1) & mask;
            long entry = get(at);
            if (entry == 0) {
                break;
            }
            boolean mayMoveBack = ((at - home(entry)) & mask) >= ((at - hole) & mask);
            if (mayMoveBack) {
                replace(hole, entry);
                hole = at;
            }
        }
        clear(hole);
        size--;
    }

    /** Frees pages without entries among those that lie wholly below {@code slot}. */
    void dropEmptyPagesBelow(int slot) {
        int end = slot >>> PAGE_BITS;
        for (int page = end - 1; page >= 0 && pages[page] != null && used[page] == 0; page--) {
            drop(page);
        }
    }

    /** Frees all pages; the references in them are somebody else's by now. */
    void close() {
        for (int page = 0; page < pages.length; page++) {
            if (pages[page] != null) {
                drop(page);
            }
        }
        size = 0;
    }

    private void fill(int slot, long entry) {
        int number = slot >>> PAGE_BITS;
        long[] page = pages[number];
        if (page == null) {
            page = new long[pageSlots];
            pages[number] = page;
            account.add(pageBytes());
        }
        page[slot & PAGE_MASK] = entry;
        used[number]++;
    }

    private void clear(int slot) {
        int number = slot >>> PAGE_BITS;
        pages[number][slot & PAGE_MASK] = 0;
        used[number]--;
    }

    private void drop(int page) {
        pages[page] = null;
        used[page] = 0;
        account.add(-pageBytes());
    }

    private long pageBytes() {
        return (long) pageSlots * Long.BYTES + ARRAY_HEADER_BYTES;
    }
}
