package io.replbuf.legacy;

import io.replbuf.buffer.MemoryCursor;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/**
 * A replica's place in its private queue.
 *
 * <p>The command loop feeds and frees the queue; the loop walks along it behind the published offset and owns the position.
 */
final class LegacyCursor extends MemoryCursor {
    /** This object, its queue and its view, with their headers: 128, 56 and 64 bytes; charged as metadata. */
    static final int BYTES = 248;

    private final LegacyBuffer buffer;
    private final ChunkQueue queue;

    // The loop's half.
    private Chunk current;
    private ByteBuffer view;
    private ByteBuffer viewed;

    // The command loop's half.
    private Piece retired;

    LegacyCursor(LegacyBuffer buffer, ChunkQueue queue, long offset, Executor loop) {
        super(offset, loop, buffer.cursors());
        this.buffer = buffer;
        this.queue = queue;
    }

    // ---- loop

    @Override
    protected long publishedOffset() {
        return buffer.published();
    }

    /** At most the rest of a chunk, as Redis writes node by node. */
    @Override
    protected ByteBuffer slice(long from, int bytes) {
        Chunk chunk = current == null ? queue.array() : current;
        while (from >= chunk.endOffset()) {
            chunk = queue.after(chunk);
        }
        current = chunk;
        Piece piece = chunk.piece;
        if (piece.memory() != viewed) {
            viewed = piece.memory();
            view = viewed.duplicate();
        }
        int position = piece.position() + (int) (from - chunk.startOffset());
        int length = (int) Math.min(bytes, chunk.endOffset() - from);
        return view.clear().position(position).limit(position + length);
    }

    /** Only a chunk that was taken to its end is of interest: it can be freed. The array stays. */
    @Override
    protected boolean moved(long from, long to) {
        return current != queue.array() && to >= current.endOffset();
    }

    @Override
    protected void letGo() {
        current = null;
        view = null;
        viewed = null;
    }

    // ---- command loop

    @Override
    protected void noticed() {
        buffer.freeTaken(this);
    }

    @Override
    protected void closed(long from, int bytes) {
        int chunks = queue.chunks() + 1;
        retired = queue.freeAll(bytes == 0 ? -1 : from);
        buffer.cursorClosed(chunks, retired);
    }

    @Override
    protected void forgotten() {
        buffer.free(retired);
    }

    @Override
    public long outputBytes() {
        return closing() ? 0 : queue.outputBytes(offset());
    }

    /** The reply list of 6.2, without the array. */
    @Override
    public int outputBlocks() {
        return closing() ? 0 : queue.chunksBehind(offset());
    }

    ChunkQueue queue() {
        return queue;
    }

    /** The memory of a send that was under way when the cursor was closed; null without. */
    Piece retired() {
        return retired;
    }

    void noticeAgain() {
        notice();
    }
}
