package io.replbuf.shared;

import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.MemoryCursor;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/**
 * A reader of the chain.
 *
 * <p>Its loop owns the position and reads the chain's bytes through a {@link BlockReader} of its own. The command loop owns its pin:
 * it follows the position when it takes notice, so pins are plain counts and nobody contends for them.
 */
final class SharedCursor extends MemoryCursor {
    /** This object, its reader and its view of an extent, with their headers: 160, 64 and 64 bytes; charged as metadata. */
    static final int BYTES = 288;

    private final SharedBuffer buffer;
    private final BlockChain chain;
    private final CursorRole role;
    private final long openedAt;
    private final BlockReader reader;

    /*
     * The command loop's half. `reached` is the block under the position that was noticed last; `pinned` is the same, or an
     * older one where a margin is kept behind a replica for its grace lease.
     */
    private long reached;
    private long pinned;
    private RetiredBlocks.Hold hold;

    /** It came back to a lease and has time to catch up: until when, and what it owed then. */
    private boolean forgiven;

    private long graceDeadline;
    private long graceDebt;

    /** Came back to a lease and has not been within the backlog since: no other lease for it. */
    private boolean indebted;

    SharedCursor(
            SharedBuffer buffer, BlockChain chain, long offset, CursorRole role, Executor loop) {
        super(offset, loop, buffer.cursors());
        this.buffer = buffer;
        this.chain = chain;
        this.role = role;
        this.openedAt = offset;
        this.reached = chain.find(offset);
        this.reader = chain.reader(offset, reached);
        this.pinned = behind(offset, chain.firstHeld());
        chain.pin(pinned);
    }

    // ---- loop

    @Override
    protected long publishedOffset() {
        return chain.published();
    }

    @Override
    protected ByteBuffer slice(long from, int bytes) {
        return reader.slice(from, bytes);
    }

    @Override
    protected boolean moved(long from, long to) {
        return reader.moved(to);
    }

    @Override
    protected void letGo() {
        reader.letGo();
    }

    // ---- command loop

    /** Follows the position with its pin; pins first, so that no trim finds a gap. */
    @Override
    protected void noticed() {
        long offset = offset();
        reached = chain.blockUnder(offset, reached);
        long wanted = behind(offset, pinned);
        if (wanted != pinned) {
            chain.pin(wanted);
            chain.unpin(pinned);
            pinned = wanted;
        }
    }

    /** The block to pin for a reader at {@code offset}: the one under it, or a margin before. */
    private long behind(long offset, long hint) {
        long margin = role == CursorRole.REPLICA ? buffer.leases().marginBytes() : 0;
        return margin == 0
                ? reached
                : chain.blockUnder(Math.max(chain.heldStart(), offset - margin), hint);
    }

    /** Keeps the replica's place, unless it has just had that favour without catching up. */
    @Override
    public void drop() {
        if (!closing() && role == CursorRole.REPLICA && !indebted) {
            // The send under way, if there is one, may still take a slice.
            long at = Math.min(offset() + MAX_SLICE_BYTES, chain.nextOffset());
            buffer.leases().keep(at, pinned);
        }
        close();
    }

    @Override
    protected void closed(long from, int bytes) {
        hold = chain.hold(from, bytes, reached);
        chain.unpin(pinned);
        buffer.cursorClosed();
    }

    @Override
    protected void forgotten() {
        chain.letGo(hold);
    }

    /** Redis' sum: from the start of the reader's block to the end of the tail's capacity, and 64 bytes a block. */
    @Override
    public long outputBytes() {
        return charged() ? chain.chargedBytes(chain.blockUnder(offset(), reached)) : 0;
    }

    /** What trim would free without it. */
    @Override
    public long ownBytes() {
        return closing() ? 0 : buffer.startWithout(this) - chain.coverage().startOffset();
    }

    /** From the block under the reader to the tail. */
    @Override
    public int outputBlocks() {
        return charged() ? (int) (chain.endBlock() - chain.blockUnder(offset(), reached)) : 0;
    }

    /** Not while it is where it was opened, at the end, and nothing was fed since: as in Redis after a full resync. */
    private boolean charged() {
        return !closing() && chain.nextOffset() != openedAt;
    }

    /**
     * While a replica that came back to its lease has time to catch up, what it owed then is forgiven: it is judged by what comes on
     * top. Within the backlog it is a replica as any other.
     */
    @Override
    public long limitedBytes() {
        long bytes = outputBytes();
        if (!indebted) {
            return bytes;
        }
        if (bytes <= buffer.backlogBytes()) {
            indebted = false;
            forgiven = false;
        }
        forgiven &= buffer.leases().lasts(graceDeadline, offset());
        return forgiven ? Math.max(0, bytes - graceDebt) : bytes;
    }

    /** It is the return of a replica whose place was kept until {@code deadlineNanos}. */
    void resumed(long deadlineNanos) {
        indebted = true;
        forgiven = true;
        graceDeadline = deadlineNanos;
        graceDebt = outputBytes();
    }
}
