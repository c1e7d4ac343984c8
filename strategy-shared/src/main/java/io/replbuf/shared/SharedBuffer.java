package io.replbuf.shared;

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
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/**
 * One chain of blocks that every cursor reads in place: fed once, whatever the number of replicas.
 *
 * <p><b>Threads.</b> The command loop calls every method. It owns chain, pins, leases, memory and books, and gives memory back; a
 * cursor's loop owns the cursor's position and reads bytes below the published offset. They meet in three places: the published
 * offset (release, acquire), the queue of cursors that moved, and the closing of a cursor (see {@link
 * io.replbuf.buffer.MemoryCursor}).
 *
 * <p><b>Memory</b> is the larger of the backlog, the lag of the slowest cursor and what a lease keeps, rounded up by one block, plus
 * 8 bytes a block and {@value SharedCursor#BYTES} a cursor. Nothing is copied for a cursor.
 */
final class SharedBuffer implements ReplicationBuffer {
    /** Trimmed at a time when a feed finds no memory: an extent's worth of 16 KiB blocks. */
    private static final int TRIM_FOR_ROOM_BLOCKS = 2048;

    private final SharedConfig config;
    private final BlockChain chain;
    private final GraceLeases leases;

    /** Null where the backlog has no bound by time. */
    private final BacklogAge age;

    private final Cursors<SharedCursor> cursors = new Cursors<>();
    private final Account account;

    private long backlogBytes;

    /** What is below is too old for the backlog; 0 without a bound by time. */
    private long expiredBelow;

    private long chargedBytes;
    private long fedBytes;

    /** Of them before the last turn. */
    private long settledBytes;

    private boolean closed;

    SharedBuffer(BufferContext context, SharedConfig config) {
        this.config = config;
        this.backlogBytes = checkedBacklog(context.backlogBytes());
        long start = context.startOffset();
        this.chain =
                config.sizedBlocks()
                        ? new SizedChain(context.extents(), start)
                        : new FixedChain(
                                context.extents(),
                                config.blockBytes(backlogBytes),
                                config.neighbours(),
                                start);
        this.leases = new GraceLeases(chain, config.grace(), context.nanoClock());
        this.age =
                config.backlogNanos() == 0
                        ? null
                        : new BacklogAge(context.nanoClock(), config.backlogNanos(), start);
        this.account = context.account();
        chain.keepEmptyExtents(!config.giveBack());
        charge();
    }

    @Override
    public long feed(ByteBuffer bytes) {
        requireOpen();
        int count = bytes.remaining();
        int added = append(bytes);
        fedBytes += count;
        if (added > 0) {
            trimStep(added);
        }
        return chain.nextOffset();
    }

    /** What is kept for dropped replicas goes before the writer is refused, and before somebody connected is dropped. */
    private int append(ByteBuffer bytes) {
        try {
            return chain.append(bytes, backlogBytes);
        } catch (BufferExhaustedException e) {
            if (leases.isEmpty()) {
                throw explained(e);
            }
            leases.endAll();
            return trimAndAppend(bytes);
        }
    }

    /** As little as it takes, in steps; the rest is for the turns. */
    private int trimAndAppend(ByteBuffer bytes) {
        while (true) {
            boolean more = chain.trim(TRIM_FOR_ROOM_BLOCKS, keepBytes());
            try {
                return chain.append(bytes, backlogBytes);
            } catch (BufferExhaustedException e) {
                if (!more) {
                    throw explained(e);
                }
            }
        }
    }

    private BufferExhaustedException explained(BufferExhaustedException e) {
        return e.because(cursors.holding(chain.nextOffset(), keepBytes(), fedBytes - settledBytes));
    }

    /** As Redis does for each block that it adds and for each replica that goes. */
    private void trimStep(int steps) {
        long blocks = (long) steps * config.trimStepBlocks();
        if (blocks > 0) {
            chain.trim((int) Math.min(blocks, Integer.MAX_VALUE), keepBytes());
        }
        charge();
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
        leases.endAll();
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
        Cursors.requireOpenable(role, loop);
        if (!chain.coverage().continues(offset)) {
            return null;
        }
        SharedCursor cursor = new SharedCursor(this, chain, offset, role, loop);
        cursors.add(cursor);
        GraceLeases.Lease lease = role == CursorRole.REPLICA ? leases.resume(offset) : null;
        if (lease != null) {
            cursor.resumed(lease.deadlineNanos());
        }
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
        settledBytes = fedBytes;
        cursors.drain();
        leases.expire();
        if (age != null) {
            expiredBelow = age.expiredBelow(chain.nextOffset());
        }
        boolean more = chain.trim(maxBlocks, keepBytes());
        charge();
        return more;
    }

    @Override
    public long startWithout(ReplicaCursor cursor) {
        long start = chain.coverage().startOffset();
        long kept = Math.min(chain.nextOffset() - keepBytes(), leases.oldestStart());
        if (cursor.offset() >= kept) {
            // Nothing is held for it, so that looking at the others is not needed.
            return start;
        }
        long others = cursors.oldestOffsetBut((SharedCursor) cursor, chain.nextOffset());
        return Math.max(start, Math.min(kept, others));
    }

    @Override
    public void resizeBacklog(long backlogBytes) {
        this.backlogBytes = checkedBacklog(backlogBytes);
    }

    @Override
    public void dropBacklog() {
        requireOpen();
        leases.endAll();
        if (cursors.open() == 0) {
            chain.beginAnew();
        } else {
            chain.forgetBelow(oldestOffset());
        }
    }

    @Override
    public OutputLimit limit(LimitConfig limits) {
        return new SharedLimit(
                limits, () -> backlogBytes, config.softLimitFloor(), config.limitPatienceMillis());
    }

    @Override
    public BufferStats stats() {
        long payload = chain.payloadBytes();
        long retired = closed ? 0 : chain.retiredBytes();
        long nextOffset = chain.nextOffset();
        return new BufferStats(
                payload,
                0,
                closed ? 0 : metadataBytes(),
                closed ? 0 : chain.usedBytes() - chain.headerBytes() - retired - payload,
                retired,
                nextOffset - cursors.oldestOffset(nextOffset),
                cursors.inFlightBytes(),
                0,
                chain.coverage().bytes(),
                closed ? 0 : chain.mappedBytes(),
                chain.blocks(),
                cursors.open(),
                0,
                0,
                0,
                fedBytes,
                fedBytes,
                closed
                        ? 0
                        : chain.usedBytes()
                                - retired
                                - chain.headerBytes()
                                + (long) chain.blocks() * chain.overheadBytes(),
                closed ? 0 : chain.indexBytes(),
                leasedBytes(),
                leases.size(),
                leases.resumed());
    }

    /** From the oldest lease to where a cursor or the backlog wants the bytes anyway. */
    private long leasedBytes() {
        long wanted = Math.min(oldestOffset(), chain.nextOffset() - keepBytes());
        return Math.max(0, wanted - Math.min(wanted, leases.oldestStart()));
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
        cursors.closeAll();
        leases.endAll();
        chain.dissolve();
        account.add(-chargedBytes);
        chargedBytes = 0;
        cursors.forgetWhenReleased();
    }

    Cursors<SharedCursor> cursors() {
        return cursors;
    }

    /** A cursor was closed and has left its pin. */
    void cursorClosed() {
        if (!closed) {
            trimStep(1);
        }
    }

    GraceLeases leases() {
        return leases;
    }

    long backlogBytes() {
        return backlogBytes;
    }

    /** For tests that add up what is alive. */
    BlockChain chain() {
        return chain;
    }

    private long oldestOffset() {
        return cursors.oldestOffset(chain.nextOffset());
    }

    private long metadataBytes() {
        return chain.booksBytes()
                + chain.headerBytes()
                + (long) (cursors.open() + cursors.closing()) * SharedCursor.BYTES;
    }

    /** Brings the account to what is held now; no more than a few additions. */
    private void charge() {
        long held = chain.usedBytes() - chain.headerBytes() + metadataBytes();
        if (held != chargedBytes) {
            account.add(held - chargedBytes);
            chargedBytes = held;
        }
    }

    /** How much of the stream stays for new cursors: the backlog, as far as it is not too old. */
    private long keepBytes() {
        return Math.min(backlogBytes, chain.nextOffset() - expiredBelow);
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
