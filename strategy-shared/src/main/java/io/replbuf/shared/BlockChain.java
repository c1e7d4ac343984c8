package io.replbuf.shared;

import io.replbuf.buffer.BufferExhaustedException;
import io.replbuf.memory.Slots;
import io.replbuf.stream.StreamRange;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The stream in memory: blocks of one capacity in offset order without gaps, appended at the tail and trimmed at the head.
 *
 * <p>The command loop owns everything here but {@link #published} and {@link #locate}, which any loop may call for offsets that
 * a pinned cursor stands on or before.
 */
final class BlockChain {
    private static final VarHandle PUBLISHED;

    static {
        try {
            PUBLISHED =
                    MethodHandles.lookup().findVarHandle(BlockChain.class, "published", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /*
     *          head          first                                 end
     *           | abandoned    | start(first)                       |
     *   blocks: [      ][      ][ xxxxxxx ][ xxxxxxx ][ xxxxxxx ][ xx····· ]
     *                               ^ floor                         ^ nextOffset
     *
     *   block of an offset = (offset - base) / capacity,  start(n) = base + n * capacity
     *
     * Every block but the last is full, which makes that division the whole index. Where the stream leaves bytes out
     * (skip) or the backlog is forgotten, the chain begins anew in a fresh block: `first` moves to `end`, `base` so that
     * nextOffset is its start, and the blocks before it only wait to be trimmed. That happens without open cursors only, so
     * that a cursor's base is final. `floor` is where a forgotten backlog ends; blocks wholly below it are not wanted.
     *
     * A cursor pins the block under it: [start(n), start(n + 1)], the far edge included while there is no block behind,
     * since a reader that has caught up stays on the tail. Later blocks need no pin, because trimming starts at the head.
     */
    private final Slots slots;
    private final BlockTable table = new BlockTable();
    private final RetiredBlocks retired;
    private final int capacity;
    private final int shift;

    private long base;
    private long first;
    private long floor;
    private long nextOffset;

    /** nextOffset for other loops: written with release when the bytes below it are there. */
    private long published;

    /** The tail's memory; null without one. */
    private ByteBuffer tailMemory;

    private int tailPosition;
    private int tailRoom;

    BlockChain(Slots slots, long startOffset) {
        this.slots = slots;
        this.retired = new RetiredBlocks(slots);
        this.capacity = slots.slotBytes();
        this.shift = Integer.numberOfTrailingZeros(capacity);
        this.base = startOffset;
        this.floor = startOffset;
        this.nextOffset = startOffset;
        PUBLISHED.setRelease(this, startOffset);
    }

    /** Appends all of {@code bytes} or, if memory is short, none. */
    void append(ByteBuffer bytes) {
        int position = bytes.position();
        int remaining = bytes.remaining();
        int beyondTail = remaining - tailRoom;
        if (beyondTail > 0) {
            int blocks = (int) ((beyondTail + (long) capacity - 1) >>> shift);
            if (!slots.reserve(blocks)) {
                throw new BufferExhaustedException(
                        "feed: "
                                + remaining
                                + " bytes (expected: memory for "
                                + blocks
                                + " blocks of "
                                + capacity
                                + ")");
            }
        }
        int left = remaining;
        while (left > 0) {
            if (tailRoom == 0) {
                addBlock();
            }
            int bytesNow = Math.min(left, tailRoom);
            tailMemory.put(tailPosition, bytes, position, bytesNow);
            tailPosition += bytesNow;
            tailRoom -= bytesNow;
            position += bytesNow;
            left -= bytesNow;
        }
        bytes.position(position);
        nextOffset += remaining;
        PUBLISHED.setRelease(this, nextOffset);
    }

    /** Leaves {@code bytes} out of the stream; without open cursors only. */
    void skip(long bytes) {
        nextOffset = Math.addExact(nextOffset, bytes);
        PUBLISHED.setRelease(this, nextOffset);
        beginAnew();
    }

    /** Begins anew at nextOffset; without open cursors only. */
    void beginAnew() {
        first = table.end();
        base = nextOffset - (first << shift);
        floor = nextOffset;
        tailMemory = null;
        tailRoom = 0;
    }

    /** Forgets what is below {@code offset}, which must be covered; its blocks are left to {@link #trim}. */
    void forgetBelow(long offset) {
        floor = Math.max(floor, offset);
    }

    /**
     * Gives up to {@code maxBlocks} blocks back, from the head.
     *
     * @param keepBytes how much of the stream stays for new cursors
     * @return true if more could go
     */
    boolean trim(int maxBlocks, long keepBytes) {
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
        return nextStart <= floor || nextOffset - nextStart >= keepBytes;
    }

    /** Gives every block back that no closing cursor's loop may be reading; the end of the chain. */
    void dissolve() {
        beginAnew();
        while (table.count() > 0) {
            removeHead();
        }
    }

    /** What is still held by closing cursors; when all their loops have released. */
    void freeRetired() {
        retired.freeAll();
    }

    private void removeHead() {
        long head = table.head();
        retired.retireOrFree(head, table.removeHead());
    }

    private void addBlock() {
        int count = table.count();
        int slot = slots.allocate(count == 0 ? Slots.NONE : table.slot(table.end() - 1));
        table.append(slot);
        tailMemory = slots.memory(slot);
        tailPosition = slots.position(slot);
        tailRoom = capacity;
    }

    /** The block that a cursor at {@code offset} stands on and pins. */
    long blockUnder(long offset) {
        long block = offset - base >> shift;
        return block == table.end() && block > first ? block - 1 : block;
    }

    void pin(long block) {
        table.pin(block);
    }

    void unpin(long block) {
        table.unpin(block);
    }

    /** What the loop of a cursor that is closing may be reading, kept until {@link #letGo}. */
    RetiredBlocks.Hold hold(long from, int bytes) {
        if (bytes == 0) {
            return RetiredBlocks.Hold.NOTHING;
        }
        // From an offset that was read a moment later, the stretch may reach beyond what there is:
        // nothing to hold there.
        RetiredBlocks.Hold hold =
                new RetiredBlocks.Hold(from - base >> shift, from - base + bytes - 1 >> shift);
        retired.hold(hold);
        return hold;
    }

    void letGo(RetiredBlocks.Hold hold) {
        retired.letGo(hold);
    }

    /** Offset of the first byte of a block. */
    long start(long block) {
        return base + (block << shift);
    }

    StreamRange coverage() {
        return new StreamRange(startOffset(), nextOffset);
    }

    private long startOffset() {
        return Math.max(floor, heldStart());
    }

    /** Where the bytes begin that are in memory, wanted or not. */
    private long heldStart() {
        return start(Math.max(table.head(), first));
    }

    long nextOffset() {
        return nextOffset;
    }

    long payloadBytes() {
        return table.end() == first ? 0 : nextOffset - heldStart();
    }

    long capacityBytes() {
        return (long) table.count() << shift;
    }

    long retiredBytes() {
        return (long) retired.count() << shift;
    }

    /** Off the chain and not free yet, for tests. */
    int[] retiredSlots() {
        return retired.slots();
    }

    long tableBytes() {
        return table.bytes();
    }

    int blocks() {
        return table.count();
    }

    /** Number behind the tail's. */
    long endBlock() {
        return table.end();
    }

    BlockTable table() {
        return table;
    }

    /** For every cursor that may be opened from now on; see the picture above. */
    long base() {
        return base;
    }

    int shift() {
        return shift;
    }

    Slots slots() {
        return slots;
    }

    /** Offset behind the last byte that may be read; any loop. */
    long published() {
        return (long) PUBLISHED.getAcquire(this);
    }
}
