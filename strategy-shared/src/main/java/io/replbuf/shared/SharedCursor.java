package io.replbuf.shared;

import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.MemoryCursor;
import io.replbuf.memory.Slots;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/**
 * A reader of the chain.
 *
 * <p>Its loop owns the position and reads the chain's bytes through a view of its own. The command loop owns its pin: it
 * follows the position when it takes notice, so pins are plain counts and nobody contends for them.
 */
final class SharedCursor extends MemoryCursor {
    /** This object and its view of an extent, with their headers: 136 and 64 bytes, rounded up; charged as metadata. */
    static final int BYTES = 256;

    /** Redis' charge for a block's header and list node. */
    private static final int REDIS_BLOCK_OVERHEAD = 64;

    private static final long AT_EDGE = -1;

    private final SharedBuffer buffer;
    private final BlockChain chain;
    private final CursorRole role;
    private final long openedAt;

    /** Final like the cursor itself: the chain never begins anew under an open cursor. */
    private final long base;

    // The loop's half.
    private ByteBuffer view;
    private ByteBuffer viewed;
    private long reportedBlock;

    // The command loop's half.
    private long pinned;
    private int index;
    private RetiredBlocks.Hold hold;

    SharedCursor(
            SharedBuffer buffer, BlockChain chain, long offset, CursorRole role, Executor loop) {
        super(offset, loop, buffer.queue());
        this.buffer = buffer;
        this.chain = chain;
        this.role = role;
        this.openedAt = offset;
        this.base = chain.base();
        this.reportedBlock = AT_EDGE;
        this.pinned = chain.blockUnder(offset);
        chain.pin(pinned);
    }

    // ---- loop

    @Override
    protected long publishedOffset() {
        return chain.published();
    }

    @Override
    protected ByteBuffer slice(long from, int bytes) {
        int[] ring = chain.table().slots();
        Slots slots = chain.slots();
        int shift = chain.shift();
        long block = from - base >> shift;
        int inBlock = (int) (from - base) & (1 << shift) - 1;
        int firstSlot = ring[(int) block & ring.length - 1];
        int slot = firstSlot;
        int run = (1 << shift) - inBlock;
        while (run < bytes) {
            int next = ring[(int) ++block & ring.length - 1];
            if (!slots.adjacent(slot, next)) {
                break;
            }
            slot = next;
            run += 1 << shift;
        }
        ByteBuffer memory = slots.memory(firstSlot);
        if (memory != viewed) {
            // Once an extent, not once a slice.
            viewed = memory;
            view = memory.duplicate();
        }
        int position = slots.position(firstSlot) + inBlock;
        return view.clear().position(position).limit(position + Math.min(run, bytes));
    }

    /** Only a move to another block moves a pin; one that ends on an edge is reported again with the next byte. */
    @Override
    protected boolean moved(long from, long to) {
        int shift = chain.shift();
        long block = to - base >> shift;
        if (block == reportedBlock) {
            return false;
        }
        reportedBlock = block << shift == to - base ? AT_EDGE : block;
        return true;
    }

    @Override
    protected void letGo() {
        view = null;
        viewed = null;
    }

    // ---- command loop

    @Override
    protected void noticed() {
        if (!closing()) {
            follow();
        } else if (released()) {
            buffer.forget(this);
        }
    }

    /** Pins first, so that no trim finds a gap. */
    private void follow() {
        long reached = chain.blockUnder(offset());
        if (reached != pinned) {
            chain.pin(reached);
            chain.unpin(pinned);
            pinned = reached;
        }
    }

    @Override
    protected void closed(long from, int bytes) {
        chain.unpin(pinned);
        hold = chain.hold(from, bytes);
        buffer.closing(this);
    }

    @Override
    public long outputBytes() {
        int blocks = outputBlocks();
        return ((long) blocks << chain.shift()) + (long) blocks * REDIS_BLOCK_OVERHEAD;
    }

    /** From the block under the reader to the tail; none for one that was opened at the end and has been fed nothing since. */
    @Override
    public int outputBlocks() {
        if (closing() || chain.nextOffset() == openedAt) {
            return 0;
        }
        return (int) (chain.endBlock() - chain.blockUnder(offset()));
    }

    CursorRole role() {
        return role;
    }

    RetiredBlocks.Hold hold() {
        return hold;
    }

    int index() {
        return index;
    }

    void index(int index) {
        this.index = index;
    }

    long heldBytes() {
        return inFlightBytes();
    }

    void whenReleased(Runnable action) {
        afterRelease(action);
    }
}
