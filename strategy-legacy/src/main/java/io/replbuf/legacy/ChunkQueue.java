package io.replbuf.legacy;

import io.replbuf.memory.Slots;
import java.nio.ByteBuffer;

/**
 * One replica's private copy of what it has not been sent yet: a list of chunks, fed at the tail, freed at the head.
 *
 * <p>Single producer, single consumer: the command loop feeds and frees; the cursor's loop walks from {@link #firstForReader} along
 * {@link Chunk#next}, below the published offset. All counts are the command loop's.
 */
final class ChunkQueue {
    /*
     *   head                                  tail
     *   [ taken ] ─▶ [ xx taken xx|yyyyyy ] ─▶ [ yyyyyyy····· ]
     *                             ^ the cursor's offset  ^ nextOffset
     *
     * Chunks that the reader has left are freed at the next turn, the tail never: when the reader has taken everything
     * it starts over in it (once the chunks before it are gone, so that what a queue holds has no gap). So an idle replica costs one chunk, as the 16 KB array inside Redis' client object does; that
     * first chunk is likewise not part of omem.
     */
    private final Slots slots;
    private final int capacity;
    private Chunk head;
    private Chunk tail;
    private int chunks;
    private long payload;

    /** Where the reader starts; written once, before the first byte is published. */
    private Chunk firstForReader;

    /** Decided by {@link #chunksFor}, carried out by {@link #append}: the reader may move in between. */
    private boolean restart;

    ChunkQueue(Slots slots) {
        this.slots = slots;
        this.capacity = slots.slotBytes();
    }

    /**
     * How many chunks {@link #append} of {@code bytes} will allocate.
     *
     * @param drained whether the reader has taken everything
     */
    long chunksFor(long bytes, boolean drained) {
        restart = drained && tail != null && head == tail;
        long room = tail == null ? 0 : restart ? capacity : tail.room();
        return Math.max(0, (bytes - room + capacity - 1) / capacity);
    }

    /** Copies {@code count} bytes, which begin at {@code offset} of the stream; memory for them was reserved. */
    void append(ByteBuffer bytes, int from, int count, long offset) {
        if (restart) {
            restart = false;
            payload -= tail.filled();
            tail.restart(offset);
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
        payload += count;
    }

    private void add(long startOffset) {
        Chunk chunk =
                new Chunk(
                        slots, slots.allocate(tail == null ? Slots.NONE : tail.slot), startOffset);
        if (tail == null) {
            head = chunk;
            firstForReader = chunk;
        } else {
            tail.link(chunk);
        }
        tail = chunk;
        chunks++;
    }

    /**
     * Frees chunks that the reader has left.
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
        return head != tail && head.fullOffset() <= offset;
    }

    /**
     * Frees all chunks, one after the other, as Redis frees a reply list: the longer the queue, the longer this takes.
     *
     * @param keep offset whose chunk is kept, since a send is reading it; -1 to free all
     * @return the slot of that chunk, {@link Slots#NONE} without
     */
    int freeAll(long keep) {
        int kept = Slots.NONE;
        while (head != null) {
            if (keep >= head.startOffset() && keep < head.startOffset() + head.filled()) {
                kept = head.slot;
                payload -= head.filled();
                head = head.next();
                chunks--;
            } else {
                freeHead();
            }
        }
        tail = null;
        return kept;
    }

    private void freeHead() {
        slots.free(head.slot);
        payload -= head.filled();
        head = head.next();
        chunks--;
    }

    Chunk firstForReader() {
        return firstForReader;
    }

    Chunk head() {
        return head;
    }

    int chunks() {
        return chunks;
    }

    /** Stream bytes in all chunks, those included that were taken and not freed yet. */
    long payloadBytes() {
        return payload;
    }

    /** Offset of the oldest byte held, or {@code none} without one. */
    long heldFrom(long none) {
        return head == null ? none : head.startOffset();
    }

    /** Chunks behind the one under the reader. */
    int chunksBehind(long offset) {
        if (tail == null || offset >= tail.startOffset()) {
            return 0;
        }
        return (int) ((tail.startOffset() - offset + capacity - 1) / capacity);
    }
}
