package io.replbuf.shared;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorQueue;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.memory.Account;
import io.replbuf.memory.Slots;
import io.replbuf.stream.StreamRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One chain of blocks that every cursor reads in place: fed once, whatever the number of replicas.
 *
 * <p><b>Threads.</b> The command loop calls every method. It owns chain, pins, memory and books, and gives memory back; a
 * cursor's loop owns the cursor's position and reads bytes below the published offset. They meet in three places: the published
 * offset (release, acquire), the queue of cursors that moved, and the closing of a cursor (see {@link
 * io.replbuf.buffer.MemoryCursor}).
 *
 * <p><b>Memory</b> is the larger of the backlog and the lag of the slowest cursor, rounded up by one block, plus 8 bytes a block and
 * {@value SharedCursor#BYTES} a cursor. Nothing is copied for a cursor.
 */
final class SharedBuffer implements ReplicationBuffer {
    private final ChainConfig config;
    private final Slots slots;
    private final BlockChain chain;
    private final CursorQueue queue = new CursorQueue();
    private final Account account;
    private final List<SharedCursor> open = new ArrayList<>();
    private final List<SharedCursor> closing = new ArrayList<>();

    private long backlogBytes;
    private long chargedBytes;
    private long fedBytes;
    private boolean closed;

    SharedBuffer(BufferContext context, ChainConfig config) {
        this.config = config;
        this.slots = new Slots(context.extents(), config.blockBytes());
        this.chain = new BlockChain(slots, context.startOffset());
        this.account = context.account();
        this.backlogBytes = checkedBacklog(context.backlogBytes());
        charge();
    }

    @Override
    public long feed(ByteBuffer bytes) {
        requireOpen();
        int count = bytes.remaining();
        int blocks = chain.blocks();
        chain.append(bytes);
        fedBytes += count;
        if (chain.blocks() != blocks) {
            charge();
        }
        return chain.nextOffset();
    }

    @Override
    public long skip(long bytes) {
        requireOpen();
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
        }
        if (!open.isEmpty()) {
            throw new IllegalStateException("open cursors: " + open.size() + " (expected: 0)");
        }
        chain.skip(bytes);
        return chain.nextOffset();
    }

    @Override
    public StreamRange coverage() {
        return chain.coverage();
    }

    @Override
    public long nextOffset() {
        return chain.nextOffset();
    }

    @Override
    public ReplicaCursor open(long offset, CursorRole role, Executor loop) {
        requireOpen();
        if (!chain.coverage().continues(offset)) {
            return null;
        }
        SharedCursor cursor = new SharedCursor(this, chain, offset, role, loop);
        cursor.index(open.size());
        open.add(cursor);
        charge();
        return cursor;
    }

    @Override
    public boolean turn(int maxBlocks) {
        if (maxBlocks < 1) {
            throw new IllegalArgumentException("maxBlocks: " + maxBlocks + " (expected: >= 1)");
        }
        if (closed) {
            return false;
        }
        queue.drain();
        boolean more = chain.trim(maxBlocks, backlogBytes);
        charge();
        return more;
    }

    @Override
    public void resizeBacklog(long backlogBytes) {
        this.backlogBytes = checkedBacklog(backlogBytes);
    }

    @Override
    public void dropBacklog() {
        requireOpen();
        if (open.isEmpty()) {
            chain.beginAnew();
        } else {
            chain.forgetBelow(oldestOffset());
        }
    }

    @Override
    public OutputLimit limit(LimitConfig limits) {
        return new SharedLimit(limits, () -> backlogBytes, config.softLimitFloor());
    }

    @Override
    public BufferStats stats() {
        long payload = chain.payloadBytes();
        long nextOffset = chain.nextOffset();
        return new BufferStats(
                payload,
                0,
                closed ? 0 : metadataBytes(),
                chain.capacityBytes() - payload,
                closed ? 0 : chain.retiredBytes(),
                open.isEmpty() ? 0 : nextOffset - oldestOffset(),
                inFlightBytes(),
                0,
                chain.coverage().bytes(),
                closed ? 0 : slots.mappedBytes(),
                chain.blocks(),
                open.size(),
                0,
                0,
                0,
                fedBytes,
                fedBytes);
    }

    /**
     * Closes all cursors and empties the books.
     *
     * <p>Blocks that a loop is sending from at this moment outlive the call: they are that loop's now, and the last loop to
     * release gives their extents back.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        while (!open.isEmpty()) {
            open.get(open.size() - 1).close();
        }
        queue.drain();
        chain.dissolve();
        account.add(-chargedBytes);
        chargedBytes = 0;
        if (!closing.isEmpty()) {
            AtomicInteger sending = new AtomicInteger(closing.size());
            Runnable last =
                    () -> {
                        if (sending.decrementAndGet() == 0) {
                            chain.freeRetired();
                        }
                    };
            closing.forEach(cursor -> cursor.whenReleased(last));
        }
    }

    CursorQueue queue() {
        return queue;
    }

    /** The cursor was closed; its loop has yet to release it. */
    void closing(SharedCursor cursor) {
        SharedCursor moved = open.remove(open.size() - 1);
        if (moved != cursor) {
            open.set(cursor.index(), moved);
            moved.index(cursor.index());
        }
        closing.add(cursor);
    }

    /** The cursor's loop has let go of everything. */
    void forget(SharedCursor cursor) {
        if (closing.remove(cursor)) {
            chain.letGo(cursor.hold());
        }
    }

    /** For tests that add up what is alive. */
    BlockChain chain() {
        return chain;
    }

    int liveCursors() {
        return open.size() + closing.size();
    }

    private long oldestOffset() {
        long oldest = chain.nextOffset();
        for (int i = 0; i < open.size(); i++) {
            oldest = Math.min(oldest, open.get(i).offset());
        }
        return oldest;
    }

    private long inFlightBytes() {
        long bytes = 0;
        for (int i = 0; i < open.size(); i++) {
            bytes += open.get(i).heldBytes();
        }
        for (int i = 0; i < closing.size(); i++) {
            bytes += closing.get(i).heldBytes();
        }
        return bytes;
    }

    private long metadataBytes() {
        return chain.tableBytes()
                + slots.metadataBytes()
                + (long) liveCursors() * SharedCursor.BYTES;
    }

    /** Brings the account to what is held now; no more than a few additions. */
    private void charge() {
        long held = (long) slots.used() * slots.slotBytes() + metadataBytes();
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

    private static long checkedBacklog(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("backlogBytes: " + bytes + " (expected: >= 1)");
        }
        return bytes;
    }
}
