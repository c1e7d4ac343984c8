package io.replbuf.legacy;

import java.nio.ByteBuffer;

/**
 * The backlog of Redis 6.2: a preallocated ring of the last bytes of the stream, a copy of its own. Command loop.
 *
 * <p>Its size is exact; it is one piece of memory, or several where they come in no such length, and the last one's rest is slack.
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
    private final ChunkMemory memory;
    private final int shift;
    private final Piece[] pieces;
    private final long size;
    private long index;
    private long filled;

    private Ring(ChunkMemory memory, long size, Piece[] pieces) {
        this.memory = memory;
        this.shift = Integer.numberOfTrailingZeros(memory.mostBytes());
        this.size = size;
        this.pieces = pieces;
    }

    /** Takes all of its memory; null if there is not enough. */
    static Ring of(ChunkMemory memory, long size) {
        int most = memory.mostBytes();
        Piece[] pieces = new Piece[Math.toIntExact((size + most - 1) / most)];
        long left = size;
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = memory.take((int) Math.min(left, most), i == 0 ? null : pieces[i - 1]);
            if (pieces[i] == null) {
                for (int taken = 0; taken < i; taken++) {
                    memory.give(pieces[taken]);
                }
                return null;
            }
            left -= most;
        }
        return new Ring(memory, size, pieces);
    }

    /** Copies all {@code count} bytes as 6.2 does, also those that more than a ring's worth overwrites at once. */
    void append(ByteBuffer bytes, int from, int count) {
        int done = 0;
        while (done < count) {
            int stretch = (int) Math.min(count - done, stretch(index));
            Piece piece = piece(index);
            piece.memory().put(position(index), bytes, from + done, stretch);
            done += stretch;
            index += stretch;
            if (index == size) {
                index = 0;
            }
        }
        filled = Math.min(filled + count, size);
    }

    /**
     * Copies the newest {@code count} bytes into a queue, twice: 6.2 makes a string of what lies before the ring's end, and one of
     * what lies behind its start, and copies each of them into the reply list.
     *
     * @param offset theirs in the stream
     * @return false if there was no memory; then the queue has a part of them
     */
    boolean copyNewest(long count, long offset, ChunkQueue queue) {
        long from = index - count;
        if (from < 0) {
            from += size;
        }
        long done = 0;
        while (done < count) {
            int stretch = (int) Math.min(count - done, stretch(from));
            Piece string = memory.take(stretch, null);
            if (string == null) {
                return false;
            }
            ByteBuffer copy = string.memory();
            copy.put(string.position(), piece(from).memory(), position(from), stretch);
            boolean reserved = queue.reserve(stretch, false);
            if (reserved) {
                queue.append(copy, string.position(), stretch, offset + done);
            }
            memory.give(string);
            if (!reserved) {
                return false;
            }
            done += stretch;
            from += stretch;
            if (from == size) {
                from = 0;
            }
        }
        return true;
    }

    /** Bytes from a place in the ring to the end of its piece or of the ring. */
    private long stretch(long at) {
        long pieceEnd = (at >> shift) + 1 << shift;
        return Math.min(pieceEnd, size) - at;
    }

    private Piece piece(long at) {
        return pieces[(int) (at >> shift)];
    }

    private int position(long at) {
        return piece(at).position() + (int) (at & (1L << shift) - 1);
    }

    void forget() {
        index = 0;
        filled = 0;
    }

    void free() {
        for (Piece piece : pieces) {
            memory.give(piece);
        }
    }

    long filled() {
        return filled;
    }

    /** Length of the array of pieces with its header. */
    long metadataBytes() {
        return 16 + (long) pieces.length * Integer.BYTES;
    }

    Piece[] pieces() {
        return pieces;
    }
}
