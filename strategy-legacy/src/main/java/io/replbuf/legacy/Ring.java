package io.replbuf.legacy;

import io.replbuf.memory.Slots;
import java.nio.ByteBuffer;

/**
 * The backlog of Redis 6.2: a preallocated ring of the last bytes of the stream, a copy of its own. Command loop.
 *
 * <p>Made of slots that lie side by side where possible; its size is exact, the last slot's rest is slack.
 */
final class Ring {
    /** Redis' minimum. */
    static final long MIN_BYTES = 16 << 10;

    /*
     *             index
     *   | newer ... | oldest ................ |      full: [index, size) then [0, index)
     *   | oldest .. | (free) ................ |      not full: [0, index)
     *   0                                     size
     */
    private final Slots slots;
    private final int shift;
    private final int[] pieces;
    private final long size;
    private long index;
    private long filled;

    /** Takes its memory, which was reserved. */
    Ring(Slots slots, long size) {
        this.slots = slots;
        this.shift = Integer.numberOfTrailingZeros(slots.slotBytes());
        this.size = size;
        this.pieces = new int[piecesFor(slots, size)];
        int last = Slots.NONE;
        for (int i = 0; i < pieces.length; i++) {
            last = slots.allocate(last);
            pieces[i] = last;
        }
    }

    static int piecesFor(Slots slots, long size) {
        return Math.toIntExact((size + slots.slotBytes() - 1) / slots.slotBytes());
    }

    /** Copies all {@code count} bytes as 6.2 does, also those that more than a ring's worth overwrites at once. */
    void append(ByteBuffer bytes, int from, int count) {
        int done = 0;
        while (done < count) {
            int stretch = (int) Math.min(count - done, stretch(index, size));
            memory(index).put(position(index), bytes, from + done, stretch);
            done += stretch;
            index += stretch;
            if (index == size) {
                index = 0;
            }
        }
        filled = Math.min(filled + count, size);
    }

    /** Copies the newest {@code count} bytes into a queue; they begin at {@code offset} of the stream. */
    void copyNewest(long count, long offset, ChunkQueue queue) {
        long from = index - count;
        if (from < 0) {
            from += size;
        }
        long done = 0;
        while (done < count) {
            int stretch = (int) Math.min(count - done, stretch(from, size));
            queue.append(memory(from), position(from), stretch, offset + done);
            done += stretch;
            from += stretch;
            if (from == size) {
                from = 0;
            }
        }
    }

    /** Bytes from a place in the ring to the end of its slot or of the ring. */
    private long stretch(long at, long end) {
        long slotEnd = (at >> shift) + 1 << shift;
        return Math.min(slotEnd, end) - at;
    }

    private ByteBuffer memory(long at) {
        return slots.memory(pieces[(int) (at >> shift)]);
    }

    private int position(long at) {
        return slots.position(pieces[(int) (at >> shift)]) + (int) (at & (1L << shift) - 1);
    }

    void forget() {
        index = 0;
        filled = 0;
    }

    void free() {
        for (int piece : pieces) {
            slots.free(piece);
        }
    }

    long filled() {
        return filled;
    }

    int[] pieces() {
        return pieces;
    }
}
