package io.replbuf.keyspace;

import io.replbuf.memory.Account;

/**
 * The keys of one database: entries by hash, grown and shrunk a few slots at a time. Command loop only.
 *
 * <p>Rehash moves entries in the order of their hashes, so an entry's hash says in which of the two arrays it is, a cursor
 * of SCAN or of a snapshot that names a hash stays right whatever the rehash does, and the pages of the new array appear,
 * and those of the old one vanish, as it goes on.
 */
final class Table {
    /*
     *   active   |///// moved ////|  entries with home >= moved  |
     *   next     |  entries with home in active < moved          | (pages come as they are reached)       |
     */

    /** Grown when fuller: at 0.7 a miss looks at 6 slots on average, all in one or two cache lines. */
    private static final double GROW_LOAD = 0.7;

    /** While the rehash rests (a cut is being walked), it goes on only when fuller than this. */
    private static final double GROW_LOAD_RESTING = 0.85;

    /** Shrunk when emptier, to a quarter or so. */
    private static final double SHRINK_LOAD = 0.08;

    /** Old slots that an insertion moves: growth is done before the new array is half full. */
    private static final int STEP_GROW = 16;

    /** A shrinking array is nearly empty, so many of its slots cost little. */
    private static final int STEP_SHRINK = 256;

    private static final int STEP_CROWDED = 4096;

    private final Account account;
    private Slots active;
    private Slots next;
    private int moved;
    private boolean resting;

    Table(Account account) {
        this.account = account;
        active = new Slots(Slots.BITS_MIN, account);
    }

    int size() {
        return active.size() + (next == null ? 0 : next.size());
    }

    /** Slots of both arrays. */
    long capacity() {
        return (long) active.capacity() + (next == null ? 0 : next.capacity());
    }

    boolean rehashing() {
        return next != null;
    }

    /** While resting, only an array that is about to overflow is rehashed. */
    void rest(boolean rest) {
        resting = rest;
    }

    /** The array in which entries of this hash (leading bits of {@code entry}) are. */
    Slots slotsFor(long entry) {
        return next != null && active.home(entry) < moved ? next : active;
    }

    /** Adds an entry whose key is not there; slots known before are not valid any more. */
    void insert(long entry) {
        makeRoom();
        slotsFor(entry).insert(entry);
    }

    /** Removes the entry in {@code slot} of {@code slots}; slots known before are not valid any more. */
    void remove(Slots slots, int slot) {
        slots.remove(slot);
        if (next == null) {
            shrinkIfSparse();
        } else if (!resting) {
            step(stepSlots());
        }
    }

    /**
     * Moves up to {@code slots} slots of a rehash that is going on, unless it rests.
     *
     * @return whether there is more to do
     */
    boolean rehash(int slots) {
        if (next == null || resting) {
            return false;
        }
        step(slots);
        return next != null;
    }

    /** Sizes an empty table for {@code keys} keys, so that a load does not rehash. */
    void expand(long keys) {
        if (size() == 0 && next == null) {
            int bits = bitsFor(keys);
            if (bits > active.bits) {
                active.close();
                active = new Slots(bits, account);
            }
        }
    }

    /** End of a stretch of about {@code homes} slots (a power of two) that begins at hash {@code from}. */
    long stretchEnd(long from, int homes) {
        int bits = next == null ? active.bits : Math.min(active.bits, next.bits);
        long width = (1L << (Slots.HASH_BITS - bits)) * homes;
        return Math.min(Slots.HASHES, (from & -width) + width);
    }

    /** Adds the references of entries with a hash in {@code [from, to)} to {@code refs}. */
    void collect(long from, long to, RefList refs) {
        collect(active, from, to, 0, refs);
        if (next != null) {
            collect(next, from, to, 0, refs);
        }
    }

    /** The same for entries whose records expire. */
    void collectExpiring(long from, long to, RefList refs) {
        collect(active, from, to, Slots.EXPIRES, refs);
        if (next != null) {
            collect(next, from, to, Slots.EXPIRES, refs);
        }
    }

    /** The first entry at or after place {@code random} (taken modulo all slots); the table must not be empty. */
    long entryNear(long random) {
        long place = Long.remainderUnsigned(random, capacity());
        while (true) {
            long entry =
                    place < active.capacity()
                            ? active.get((int) place)
                            : next.get((int) (place - active.capacity()));
            if (entry != 0) {
                return entry;
            }
            place = place + 1 == capacity() ? 0 : place + 1;
        }
    }

    /** Frees the arrays; the records are somebody else's by now. */
    void close() {
        active.close();
        if (next != null) {
            next.close();
        }
    }

    private static void collect(Slots slots, long from, long to, long filter, RefList refs) {
        if (slots.size() == 0) {
            return;
        }
        int first = slots.homeOfHash(from);
        int homes = slots.homeOfHash(to - 1) - first;
        // What was pushed out of the last home stands before the next free slot.
        for (int i = 0; i <= slots.mask; i++) {
            long entry = slots.get((first + i) & slots.mask);
            if (entry == 0) {
                if (i >= homes) {
                    return;
                }
                continue;
            }
            long hash = Slots.hashOf(entry);
            if (hash >= from && hash < to && (entry & filter) == filter) {
                refs.add((int) entry);
            }
        }
    }

    private void makeRoom() {
        if (resting && fill() < GROW_LOAD_RESTING) {
            return;
        }
        if (next == null && active.size() + 1 > GROW_LOAD * active.capacity()) {
            if (active.bits < Slots.BITS_MAX) {
                start(active.bits + 1);
            } else if (active.size() + 1 == active.capacity()) {
                throw new KeyspaceFullException((long) active.capacity() * Long.BYTES);
            }
        }
        if (next != null) {
            step(stepSlots());
            if (next != null && fill() > GROW_LOAD_RESTING) {
                // Insertions outran a rehash that rested long; a free slot must be left whatever
                // happens.
                step(STEP_CROWDED);
            }
        }
    }

    /** How full the fuller array is: the old one in the part that is not moved yet, since its entries crowd there. */
    private double fill() {
        if (next == null) {
            return (active.size() + 1.0) / active.capacity();
        }
        double left = (active.size() + 1.0) / (active.capacity() - moved);
        return Math.max(left, (next.size() + 1.0) / next.capacity());
    }

    private void shrinkIfSparse() {
        if (!resting
                && active.bits > Slots.BITS_MIN
                && active.size() < SHRINK_LOAD * active.capacity()) {
            int bits = bitsFor(active.size() * 2L);
            if (bits < active.bits) {
                start(bits);
            }
        }
    }

    private void start(int bits) {
        next = new Slots(bits, account);
        moved = 0;
    }

    private int stepSlots() {
        return next.bits > active.bits ? STEP_GROW : STEP_SHRINK;
    }

    private void step(int homes) {
        int end = Math.min(active.capacity(), moved + homes);
        while (moved < end && active.size() > 0) {
            moveHome(moved++);
        }
        active.dropEmptyPagesBelow(moved);
        if (active.size() == 0) {
            active.close();
            active = next;
            next = null;
        }
    }

    private void moveHome(int home) {
        int slot = home;
        long entry;
        while ((entry = active.get(slot)) != 0) {
            if (active.home(entry) == home) {
                next.insert(entry);
                active.remove(slot);
            } else {
                slot = (slot + 1) & active.mask;
            }
        }
    }

    private static int bitsFor(long keys) {
        int bits = Slots.BITS_MIN;
        while (bits < Slots.BITS_MAX && keys > GROW_LOAD * (1L << bits)) {
            bits++;
        }
        return bits;
    }
}
