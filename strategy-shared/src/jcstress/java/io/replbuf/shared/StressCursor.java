package io.replbuf.shared;

import io.replbuf.buffer.Cursors;
import io.replbuf.buffer.MemoryCursor;
import java.nio.ByteBuffer;

/**
 * A cursor over a block table alone, as {@link SharedCursor} and its reader use one, with blocks of one byte: that of block n says
 * what the table said, so that a wrong entry is seen.
 *
 * <p>The stream is at offset {@code block + 1}. Real blocks need extents of 32 MiB, which are too much for a state of which a test
 * makes thousands. Its loop never gets to releasing, since that would be a second thread of the loop's.
 */
final class StressCursor extends MemoryCursor {
    private static final ByteBuffer[] BYTES = new ByteBuffer[1024];

    static {
        for (int slot = 0; slot < BYTES.length; slot++) {
            BYTES[slot] = ByteBuffer.allocate(1).put(0, (byte) slot).asReadOnlyBuffer();
        }
    }

    static final int NOTHING = -1;

    final BlockTable table;
    private volatile long published;
    private long pinned;

    /** What the loop may be reading after a close; -1 for nothing. Command loop. */
    long held = NOTHING;

    StressCursor(BlockTable table, Cursors<StressCursor> cursors, long block) {
        super(block + 1, task -> {}, cursors);
        this.table = table;
        this.pinned = block;
        table.pin(block);
        publish();
        cursors.add(this);
    }

    /** Everything in the table may be read; command loop. */
    void publish() {
        published = table.end() + 1;
    }

    /** The loop's next send of one block: the slot found, {@link #NOTHING} without one. */
    int send() {
        ByteBuffer slice = next(1);
        if (slice == null) {
            return NOTHING;
        }
        int slot = slice.get(0) & 0xFF;
        advance(1);
        return slot;
    }

    @Override
    protected long publishedOffset() {
        return published;
    }

    @Override
    protected ByteBuffer slice(long from, int bytes) {
        int[] ring = table.slots();
        return BYTES[ring[(int) (from - 1) & ring.length - 1]].duplicate();
    }

    @Override
    protected boolean moved(long from, long to) {
        return true;
    }

    /** As {@link SharedCursor} follows: pins first; on the tail as long as there is no block behind. */
    @Override
    protected void noticed() {
        long block = offset() - 1;
        long reached = block == table.end() ? block - 1 : block;
        if (reached != pinned) {
            table.pin(reached);
            table.unpin(pinned);
            pinned = reached;
        }
    }

    @Override
    protected void closed(long from, int bytes) {
        table.unpin(pinned);
        held = bytes > 0 ? from - 1 : NOTHING;
    }

    @Override
    protected void forgotten() {}

    @Override
    protected void letGo() {}

    @Override
    public long outputBytes() {
        return 0;
    }

    @Override
    public int outputBlocks() {
        return 0;
    }
}
