package io.replbuf.legacy;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferExhaustedException;
import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.Cursors;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.memory.Account;
import io.replbuf.stream.StreamRange;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/**
 * A ring for partial resyncs, and for every cursor a queue of its own into which each byte is copied.
 *
 * <p><b>Threads.</b> The command loop calls every method, copies, allocates and frees. A cursor's loop reads its queue below the
 * published offset. They meet in the published offset (release, acquire), the queue of cursors that left a chunk, and the
 * closing of a cursor (see {@link io.replbuf.buffer.MemoryCursor}).
 *
 * <p><b>Memory</b> is the ring's size plus, for each cursor, an array and its lag rounded up to chunks. The ring is allocated as a
 * whole, with the first cursor or the first byte after creation or {@link #dropBacklog}, whichever comes first, and with a resize.
 *
 * <p>Where memory is short, {@link #feed} refuses, and {@link #open} answers null for an offset whose gap finds no room: a full
 * resync needs none at first.
 */
final class LegacyBuffer implements ReplicationBuffer {
    private static final VarHandle PUBLISHED;

    static {
        try {
            PUBLISHED =
                    MethodHandles.lookup()
                            .findVarHandle(LegacyBuffer.class, "published", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ChunkMemory memory;
    private final int arrayBytes;
    private final Account account;
    private final Cursors<LegacyCursor> cursors = new Cursors<>();

    private long ringBytes;

    /** Null while there is no backlog. */
    private Ring ring;

    private long nextOffset;

    /** nextOffset for other loops: written with release when the bytes below it are in every queue. */
    private long published;

    private int chunks;
    private long retiredBytes;
    private int maxFreedPerQueue;
    private boolean moreToFree;
    private long chargedBytes;
    private long fedBytes;

    /** Of them before the last turn. */
    private long settledBytes;

    private long copiedBytes;
    private boolean closed;

    /**
     * @param chunkBytes length of a queue's array, and least length of a chunk
     */
    LegacyBuffer(BufferContext context, ChunkMemory memory, int chunkBytes) {
        this.memory = memory;
        this.arrayBytes = chunkBytes;
        this.account = context.account();
        this.ringBytes = checkedRing(context.backlogBytes());
        this.nextOffset = context.startOffset();
        PUBLISHED.setRelease(this, nextOffset);
    }

    @Override
    public long feed(ByteBuffer bytes) {
        requireOpen();
        int from = bytes.position();
        int count = bytes.remaining();
        if (count == 0) {
            return nextOffset;
        }
        reserve(count);
        ring.append(bytes, from, count);
        int open = cursors.open();
        for (int i = 0; i < open; i++) {
            ChunkQueue queue = cursors.open(i).queue();
            int before = queue.chunks();
            queue.append(bytes, from, count, nextOffset);
            chunks += queue.chunks() - before;
        }
        bytes.position(from + count);
        fedBytes += count;
        copiedBytes += count * (1L + open);
        nextOffset += count;
        PUBLISHED.setRelease(this, nextOffset);
        charge();
        return nextOffset;
    }

    /** Memory for the ring, if it is to be made, and for every queue: all or nothing. */
    private void reserve(int count) {
        boolean enough = haveRing();
        for (int i = 0; enough && i < cursors.open(); i++) {
            LegacyCursor cursor = cursors.open(i);
            enough = cursor.queue().reserve(count, cursor.offset() == nextOffset);
        }
        if (!enough) {
            for (int i = 0; i < cursors.open(); i++) {
                cursors.open(i).queue().cancel();
            }
            charge();
            throw new BufferExhaustedException(
                            "feed: "
                                    + count
                                    + " bytes (expected: memory for them in the backlog of "
                                    + ringBytes
                                    + " and in "
                                    + cursors.open()
                                    + " queues)")
                    // A queue keeps nothing that its reader has taken, but for what no turn has
                    // freed.
                    .because(cursors.holding(nextOffset, arrayBytes, fedBytes - settledBytes));
        }
    }

    private boolean haveRing() {
        if (ring == null) {
            ring = Ring.of(memory, ringBytes);
        }
        return ring != null;
    }

    @Override
    public long skip(long bytes) {
        requireOpen();
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
        }
        if (cursors.open() > 0) {
            throw new IllegalStateException("open cursors: " + cursors.open() + " (expected: 0)");
        }
        nextOffset = Math.addExact(nextOffset, bytes);
        PUBLISHED.setRelease(this, nextOffset);
        if (ring != null) {
            ring.forget();
        }
        return nextOffset;
    }

    @Override
    public StreamRange coverage() {
        return new StreamRange(nextOffset - ringFilled(), nextOffset);
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }

    @Override
    public ReplicaCursor open(long offset, CursorRole role, Executor loop) {
        requireOpen();
        Cursors.requireOpenable(role, loop);
        if (!coverage().continues(offset)) {
            return null;
        }
        // As Redis makes it when the first replica asks; without memory for it the next feed says
        // so.
        haveRing();
        ChunkQueue queue = ChunkQueue.of(memory, arrayBytes, offset);
        if (queue == null) {
            charge();
            return null;
        }
        long gap = nextOffset - offset;
        if (gap > 0) {
            if (!ring.copyNewest(gap, offset, queue)) {
                queue.freeAll(-1);
                charge();
                return null;
            }
            copiedBytes += 2 * gap;
        }
        chunks += queue.chunks() + 1;
        LegacyCursor cursor = new LegacyCursor(this, queue, offset, loop);
        cursors.add(cursor);
        charge();
        return cursor;
    }

    /**
     * Frees what readers have left, at most {@code maxBlocks} chunks of each queue: 64 in all would not keep pace with a
     * dozen replicas that are, since each has chunks of its own.
     */
    @Override
    public boolean turn(int maxBlocks) {
        if (maxBlocks < 1) {
            throw new IllegalArgumentException("maxBlocks: " + maxBlocks + " (expected: >= 1)");
        }
        if (closed) {
            return false;
        }
        settledBytes = fedBytes;
        maxFreedPerQueue = maxBlocks;
        moreToFree = false;
        cursors.drain();
        charge();
        return moreToFree;
    }

    /** Loses the history, as 6.2 does, even where the new size is larger. Without memory for a new ring the next feed says so. */
    @Override
    public void resizeBacklog(long backlogBytes) {
        long size = checkedRing(backlogBytes);
        if (size != ringBytes) {
            ringBytes = size;
            if (ring != null) {
                dropBacklog();
                haveRing();
                charge();
            }
        }
    }

    @Override
    public void dropBacklog() {
        if (ring != null) {
            ring.free();
            ring = null;
            charge();
        }
    }

    @Override
    public OutputLimit limit(LimitConfig config) {
        return new LegacyLimit(config);
    }

    /**
     * Ring and queues each hold a suffix of the stream, from some offset to nextOffset; so every offset from the lowest of these
     * on is held at least once, and all that is held beyond that is duplicated.
     */
    @Override
    public BufferStats stats() {
        long heldFrom = nextOffset - ringFilled();
        long held = ringFilled();
        for (int i = 0; i < cursors.open(); i++) {
            LegacyCursor cursor = cursors.open(i);
            long from = cursor.queue().heldFrom(cursor.offset(), nextOffset);
            held += nextOffset - from;
            heldFrom = Math.min(heldFrom, from);
        }
        long unique = nextOffset - heldFrom;
        return new BufferStats(
                unique,
                held - unique,
                closed ? 0 : metadataBytes(),
                closed ? 0 : memory.usedBytes() - held - retiredBytes,
                closed ? 0 : retiredBytes,
                nextOffset - cursors.oldestOffset(nextOffset),
                cursors.inFlightBytes(),
                0,
                ringFilled(),
                closed ? 0 : memory.mappedBytes(),
                chunks,
                cursors.open(),
                0,
                0,
                0,
                fedBytes,
                copiedBytes);
    }

    /**
     * Frees ring and queues, and empties the books.
     *
     * <p>Chunks that a loop is sending from at this moment outlive the call: the last loop to release gives them back.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        cursors.closeAll();
        dropBacklog();
        account.add(-chargedBytes);
        chargedBytes = 0;
        cursors.forgetWhenReleased();
    }

    Cursors<LegacyCursor> cursors() {
        return cursors;
    }

    /** Offset behind the last byte that may be read; any loop. */
    long published() {
        return (long) PUBLISHED.getAcquire(this);
    }

    /** The cursor's reader has taken chunks to the end; frees as many as a turn may. */
    void freeTaken(LegacyCursor cursor) {
        int freed = cursor.queue().freeTaken(cursor.offset(), maxFreedPerQueue);
        chunks -= freed;
        if (cursor.queue().hasTaken(cursor.offset())) {
            moreToFree = true;
            cursor.noticeAgain();
        }
    }

    /**
     * A cursor was closed and its queue of {@code freed} chunks with it, but for the one that a send is reading.
     *
     * @param retired that one's memory; null without
     */
    void cursorClosed(int freed, Piece retired) {
        chunks -= freed;
        if (retired != null) {
            retiredBytes += retired.capacity();
        }
        charge();
    }

    /** Nobody reads what a closed cursor's send was reading. */
    void free(Piece retired) {
        if (retired != null) {
            retiredBytes -= retired.capacity();
            memory.give(retired);
        }
    }

    // ---- for tests that add up what is alive

    Ring ring() {
        return ring;
    }

    ChunkMemory memory() {
        return memory;
    }

    private long ringFilled() {
        return ring == null ? 0 : ring.filled();
    }

    private long metadataBytes() {
        return (long) chunks * Chunk.BYTES
                + (long) (cursors.open() + cursors.closing()) * LegacyCursor.BYTES
                + (ring == null ? 0 : ring.metadataBytes())
                + memory.metadataBytes();
    }

    /** Brings the account to what is held now. */
    private void charge() {
        if (closed) {
            return;
        }
        long held = memory.usedBytes() + metadataBytes();
        if (held != chargedBytes) {
            account.add(held - chargedBytes);
            chargedBytes = held;
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("buffer is closed");
        }
    }

    private static long checkedRing(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("backlogBytes: " + bytes + " (expected: >= 1)");
        }
        return Math.max(bytes, Ring.MIN_BYTES);
    }
}
