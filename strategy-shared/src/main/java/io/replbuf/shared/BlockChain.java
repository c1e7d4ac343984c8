package io.replbuf.shared;

import io.replbuf.buffer.BufferExhaustedException;
import io.replbuf.stream.StreamRange;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The stream in memory: blocks in offset order without gaps, appended at the tail and trimmed at the head.
 *
 * <p>What is said here holds for any layout; how large a block is, where it lies and how an offset's block is found, is the
 * subclass' affair: {@link FixedChain}, ours, and {@link SizedChain}, Redis 7's.
 *
 * <p>The command loop owns everything here but {@link #published} and what a {@link BlockReader} looks up, which are for any
 * loop.
 */
abstract class BlockChain {
    private static final VarHandle PUBLISHED;

    static {
        try {
            PUBLISHED =
                    MethodHandles.lookup().findVarHandle(BlockChain.class, "published", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What Redis adds for each block in its sums: a header of 40 bytes and a list node of 24. */
    static final int REDIS_BLOCK_OVERHEAD = 64;

    /*
     *          head          first                                 end
     *           | abandoned    | start(first)                       |
     *   blocks: [      ][      ][ xxxxxxx ][ xxxxxxx ][ xxxxxxx ][ xx····· ]
     *                               ^ floor                         ^ nextOffset
     *
     * Every block but the last is full. Where the stream leaves bytes out (skip) or the backlog is forgotten, the chain
     * begins anew in a fresh block: `first` moves to `end`, whose start is nextOffset then, and the blocks before it only wait
     * to be trimmed. That happens without pins only. `floor` is where a forgotten backlog ends; blocks wholly below it are
     * not wanted.
     *
     * A cursor pins the block under it: [start(n), start(n + 1)], the far edge included while there is no block behind,
     * since a reader that has caught up stays on the tail. Later blocks need no pin, because trimming starts at the head.
     */
    final BlockTable table;
    private final RetiredBlocks retired = new RetiredBlocks(this::free);

    private long first;
    private long floor;
    private long nextOffset;

    /** nextOffset for other loops: written with release when the bytes below it are there. */
    private long published;

    /** The tail's memory; null without one. */
    private ByteBuffer tailMemory;

    private int tailPosition;
    private int tailRoom;

    BlockChain(BlockTable table, long startOffset) {
        this.table = table;
        this.floor = startOffset;
        this.nextOffset = startOffset;
        PUBLISHED.setRelease(this, startOffset);
    }

    // ---- the layout's part

    /**
     * Makes sure that blocks can be added for the last {@code beyondTail} of {@code bytes}; false if not, and then nothing has
     * changed.
     */
    abstract boolean reserve(ByteBuffer bytes, int beyondTail, long backlogBytes);

    /** Adds the next reserved block to the table and calls {@link #tail}. */
    abstract void addBlock();

    /** The chain begins anew: the block to come starts at {@code offset}. */
    abstract void rebase(long offset);

    /** Offset of the first byte of a block, or of the one to come. */
    abstract long start(long block);

    abstract int capacity(long block);

    /**
     * The block that the byte at {@code offset} is or will be in.
     *
     * @param hint a block at or before it; the search may begin there
     */
    abstract long blockOf(long offset, long hint);

    /** Whether the head may go, if {@code rest} bytes of stream are left then. */
    abstract boolean keeps(long rest, long keepBytes);

    /** For a cursor at {@code offset} in the block given. */
    abstract BlockReader reader(long offset, long block);

    abstract void free(int slot, int capacity);

    /** As {@link io.replbuf.memory.Slots#keepEmptyExtents}. */
    abstract void keepEmptyExtents(boolean keep);

    /** Memory of blocks, in the chain and retired. */
    abstract long usedBytes();

    /** Of {@link #usedBytes}, what can carry no stream: headers. */
    abstract long headerBytes();

    abstract long mappedBytes();

    /** Tables and bit maps. */
    abstract long booksBytes();

    /** What a block costs beside its capacity, as {@code mem_total_replication_buffers} counts it. */
    abstract int overheadBytes();

    abstract long indexBytes();

    // ---- feeding and trimming

    /**
     * Appends all of {@code bytes} or, if memory is short, none.
     *
     * @return how many blocks were added
     */
    final int append(ByteBuffer bytes, long backlogBytes) {
        int position = bytes.position();
        int remaining = bytes.remaining();
        int beyondTail = remaining - tailRoom;
        if (beyondTail > 0 && !reserve(bytes, beyondTail, backlogBytes)) {
            throw new BufferExhaustedException(
                    "feed: "
                            + remaining
                            + " bytes (expected: memory for "
                            + beyondTail
                            + " beyond the tail, beside "
                            + usedBytes()
                            + " in use)");
        }
        int added = 0;
        int left = remaining;
        while (left > 0) {
            if (tailRoom == 0) {
                addBlock();
                added++;
            }
            int bytesNow = Math.min(left, tailRoom);
            tailMemory.put(tailPosition, bytes, position, bytesNow);
            tailPosition += bytesNow;
            tailRoom -= bytesNow;
            position += bytesNow;
            left -= bytesNow;
            // Here, so that a block which is added next starts where this one ends.
            nextOffset += bytesNow;
        }
        bytes.position(position);
        PUBLISHED.setRelease(this, nextOffset);
        return added;
    }

    /** Where the block that was just added takes its bytes. */
    final void tail(ByteBuffer memory, int position, int room) {
        tailMemory = memory;
        tailPosition = position;
        tailRoom = room;
    }

    /** Leaves {@code bytes} out of the stream; without pins only. */
    final void skip(long bytes) {
        nextOffset = Math.addExact(nextOffset, bytes);
        PUBLISHED.setRelease(this, nextOffset);
        beginAnew();
    }

    /** Begins anew at nextOffset; without pins only. */
    final void beginAnew() {
        first = table.end();
        floor = nextOffset;
        tail(null, 0, 0);
        rebase(nextOffset);
    }

    /** Forgets what is below {@code offset}, which must be covered; its blocks are left to {@link #trim}. */
    final void forgetBelow(long offset) {
        floor = Math.max(floor, offset);
    }

    /**
     * Gives up to {@code maxBlocks} blocks back, from the head.
     *
     * @param keepBytes how much of the stream stays for new cursors
     * @return true if more could go
     */
    final boolean trim(int maxBlocks, long keepBytes) {
        int trimmed = 0;
        while (trimmable(keepBytes)) {
            if (trimmed == maxBlocks) {
                return true;
            }
            removeHead();
            trimmed++;
        }
        return false;
    }

    private boolean trimmable(long keepBytes) {
        long head = table.head();
        if (head < first) {
            // Abandoned: no offset leads there.
            return true;
        }
        if (table.end() - head <= 1) {
            // The tail stays: it is about to be written, and a reader that has caught up stands
            // there.
            return false;
        }
        if (table.pins(head) != 0) {
            // Somebody reads there; the backlog is longer than configured meanwhile.
            return false;
        }
        long nextStart = start(head + 1);
        return nextStart <= floor || keeps(nextOffset - nextStart, keepBytes);
    }

    /** Gives every block back that no closing cursor's loop may be reading; the end of the chain. */
    final void dissolve() {
        beginAnew();
        while (table.count() > 0) {
            removeHead();
        }
        keepEmptyExtents(false);
    }

    private void removeHead() {
        long head = table.head();
        int capacity = capacity(head);
        retired.retireOrFree(head, table.removeHead(), capacity);
    }

    // ---- cursors

    /** The block that a cursor at {@code offset} stands on; the hint as in {@link #blockOf}. */
    final long blockUnder(long offset, long hint) {
        long block = blockOf(offset, hint);
        return block == table.end() && block > first ? block - 1 : block;
    }

    /** The block for a cursor that is opened at {@code offset}, which must be covered. */
    long find(long offset) {
        return blockUnder(offset, firstHeld());
    }

    final void pin(long block) {
        table.pin(block);
    }

    final void unpin(long block) {
        table.unpin(block);
    }

    /**
     * What the loop of a cursor that is closing may be reading, kept until {@link #letGo}.
     *
     * @param hint a block at or before {@code from}
     */
    final RetiredBlocks.Hold hold(long from, int bytes, long hint) {
        if (bytes == 0) {
            return RetiredBlocks.Hold.NOTHING;
        }
        // From an offset that was read a moment later, the stretch may reach beyond what there is:
        // nothing to hold there.
        long block = blockOf(from, hint);
        RetiredBlocks.Hold hold = new RetiredBlocks.Hold(block, blockOf(from + bytes - 1, block));
        retired.hold(hold);
        return hold;
    }

    final void letGo(RetiredBlocks.Hold hold) {
        retired.letGo(hold);
    }

    /** Bytes that Redis charges a reader with that stands on {@code block}: to the end of the tail's capacity. */
    final long chargedBytes(long block) {
        return nextOffset + tailRoom - start(block) + REDIS_BLOCK_OVERHEAD * (table.end() - block);
    }

    // ---- what there is

    final StreamRange coverage() {
        return new StreamRange(Math.max(floor, heldStart()), nextOffset);
    }

    /** Where the bytes begin that are in memory, wanted or not. */
    final long heldStart() {
        return start(firstHeld());
    }

    /** The oldest block that offsets lead to, or the one to come. */
    final long firstHeld() {
        return Math.max(table.head(), first);
    }

    final long nextOffset() {
        return nextOffset;
    }

    final long payloadBytes() {
        return table.end() == first ? 0 : nextOffset - heldStart();
    }

    final long retiredBytes() {
        return retired.capacityBytes();
    }

    /** Off the chain and not free yet, for tests. */
    final int[] retiredSlots() {
        return retired.slots();
    }

    final int retiredCount() {
        return retired.count();
    }

    final int blocks() {
        return table.count();
    }

    /** Number behind the tail's. */
    final long endBlock() {
        return table.end();
    }

    /** Number of the first block that offsets lead to. */
    final long firstBlock() {
        return first;
    }

    /** Offset behind the last byte that may be read; any loop. */
    final long published() {
        return (long) PUBLISHED.getAcquire(this);
    }
}
