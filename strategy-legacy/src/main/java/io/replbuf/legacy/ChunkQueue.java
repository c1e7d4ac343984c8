package io.replbuf.legacy;

import java.nio.ByteBuffer;

/**
 * One replica's private copy of what it has not been sent yet, by the rules of Redis 6.2's {@code _addReplyProtoToList}: an array
 * that is the client's for good, and behind it a list of chunks, fed at the tail, freed at the head.
 *
 * <p>Single producer, single consumer: the command loop feeds and frees; the cursor's loop walks from the array along {@link
 * #after}, below the published offset. All counts are the command loop's.
 */
final class ChunkQueue {
    /*
     *   array                head                     tail
     *   [ taken ···· ] ─▶  [ xx taken xx|yyyyyy ] ─▶ [ yyyyyyy····· ]
     *                                   ^ the cursor's offset  ^ nextOffset
     *
     * Bytes go into the array while the list is empty, if they fit as a whole; else into the tail to its end, and what is left
     * into a new chunk, as long as that rest or as the array, whichever is more. A chunk that was taken to its last byte is
     * freed at the next turn, the tail, too; when all have gone, the array starts over. So a replica that keeps up costs
     * its array.
     *
     * The way of a reader is the array, the list, and the array again once that has started over: see after().
     */
    private final ChunkMemory memory;
    private final Chunk array;
    private Chunk head;
    private Chunk tail;
    private int chunks;
    private long capacity;

    // Decided by reserve(), carried out by append(): the reader may move in between.
    private boolean intoArray;
    private boolean startOver;
    private Chunk reserved;

    private ChunkQueue(ChunkMemory memory, Piece array, long offset) {
        this.memory = memory;
        this.array = new Chunk(array, offset);
    }

    /** An empty queue; null if there is no memory for its array of {@code bytes}. */
    static ChunkQueue of(ChunkMemory memory, int bytes, long offset) {
        Piece array = memory.take(bytes, null);
        return array == null ? null : new ChunkQueue(memory, array, offset);
    }

    /**
     * Takes the memory that {@link #append} of {@code count} bytes will fill.
     *
     * @param drained whether the reader has taken everything
     * @return false if there is not enough; then nothing has changed
     */
    boolean reserve(int count, boolean drained) {
        intoArray = tail == null && count <= (drained ? array.capacity() : array.room());
        startOver = intoArray && drained;
        if (intoArray) {
            return true;
        }
        int left = count - (tail == null ? 0 : tail.room());
        Chunk last = null;
        while (left > 0) {
            Piece after = last != null ? last.piece : tail != null ? tail.piece : null;
            Piece piece = memory.take(memory.chunkBytes(Math.min(left, memory.mostBytes())), after);
            if (piece == null) {
                cancel();
                return false;
            }
            Chunk chunk = new Chunk(piece, 0);
            if (last == null) {
                reserved = chunk;
            } else {
                last.link(chunk);
            }
            last = chunk;
            left -= chunk.capacity();
        }
        return true;
    }

    /** Gives back what was reserved and will not be filled. */
    void cancel() {
        while (reserved != null) {
            memory.give(reserved.piece);
            reserved = reserved.next();
        }
    }

    /** Copies {@code count} bytes, which begin at {@code offset} of the stream; memory for them was reserved. */
    void append(ByteBuffer bytes, int from, int count, long offset) {
        if (intoArray) {
            if (startOver) {
                array.restart(offset);
            }
            array.append(bytes, from, count);
            return;
        }
        int done = 0;
        while (done < count) {
            if (tail == null || tail.room() == 0) {
                add(offset + done);
            }
            int bytesNow = Math.min(count - done, tail.room());
            tail.append(bytes, from + done, bytesNow);
            done += bytesNow;
        }
    }

    private void add(long startOffset) {
        Chunk chunk = reserved;
        reserved = chunk.next();
        chunk.restart(startOffset);
        if (tail == null) {
            head = chunk;
            array.link(chunk);
        } else {
            tail.link(chunk);
        }
        tail = chunk;
        chunks++;
        capacity += chunk.capacity();
    }

    /**
     * Frees chunks that the reader has taken to the end.
     *
     * @param offset the reader's
     * @return how many were freed, at most {@code max}
     */
    int freeTaken(long offset, int max) {
        int freed = 0;
        while (freed < max && hasTaken(offset)) {
            freeHead();
            freed++;
        }
        return freed;
    }

    boolean hasTaken(long offset) {
        return head != null && head.endOffset() <= offset;
    }

    /**
     * Frees all chunks, one after the other, as Redis frees a reply list (the longer it is, the longer this takes), and the array.
     *
     * @param keep offset whose memory is kept, since a send is reading it; -1 to free all
     * @return that memory, null without
     */
    Piece freeAll(long keep) {
        Piece kept = null;
        while (head != null) {
            if (keep >= head.startOffset() && keep < head.endOffset()) {
                kept = head.piece;
                leaveHead();
            } else {
                freeHead();
            }
        }
        if (kept == null && keep >= array.startOffset() && keep < array.endOffset()) {
            return array.piece;
        }
        memory.give(array.piece);
        return kept;
    }

    private void freeHead() {
        memory.give(head.piece);
        leaveHead();
    }

    private void leaveHead() {
        chunks--;
        capacity -= head.capacity();
        head = head.next();
        if (head == null) {
            tail = null;
        }
    }

    // ---- the reader's way; loop

    Chunk array() {
        return array;
    }

    /** Where the bytes behind a chunk's last are, if some are published there. */
    Chunk after(Chunk chunk) {
        Chunk next = chunk.next();
        return next == null ? array : next;
    }

    // ---- accounts; command loop

    Chunk head() {
        return head;
    }

    int chunks() {
        return chunks;
    }

    /** Whether the array has bytes that the reader has yet to take. */
    boolean arrayInUse(long offset) {
        return offset < array.endOffset();
    }

    /** Offset of the oldest byte held for a reader at {@code offset}, or {@code none} without one. */
    long heldFrom(long offset, long none) {
        if (arrayInUse(offset)) {
            return array.startOffset();
        }
        return head == null ? none : head.startOffset();
    }

    /** Chunks that the reader has not taken to the end: what oll counts. */
    int chunksBehind(long offset) {
        int count = chunks;
        for (Chunk chunk = head;
                chunk != null && chunk.endOffset() <= offset;
                chunk = chunk.next()) {
            count--;
        }
        return count;
    }

    /** Their capacity and Redis' overhead: what omem counts. */
    long outputBytes(long offset) {
        long bytes = capacity + (long) chunks * Chunk.OMEM_OVERHEAD_BYTES;
        for (Chunk chunk = head;
                chunk != null && chunk.endOffset() <= offset;
                chunk = chunk.next()) {
            bytes -= chunk.capacity() + Chunk.OMEM_OVERHEAD_BYTES;
        }
        return bytes;
    }
}
