package io.replbuf.log;

import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.ReplicaCursor;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/** A cursor over a plain array, of which the test publishes more and more. */
final class ArrayCursor implements ReplicaCursor {
    private final byte[] stream;
    private final long startOffset;
    private final Executor loop;
    private volatile long published;
    private volatile long offset;
    private volatile boolean closing;
    private volatile boolean released;

    ArrayCursor(byte[] stream, long startOffset, long offset, Executor loop) {
        this.stream = stream;
        this.startOffset = startOffset;
        this.offset = offset;
        this.published = offset;
        this.loop = loop;
    }

    void publish(long nextOffset) {
        published = nextOffset;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public long pendingBytes() {
        return published - offset;
    }

    @Override
    public ByteBuffer next(int maxBytes) {
        long from = offset;
        int bytes = (int) Math.min(maxBytes, published - from);
        if (closing || bytes == 0) {
            return null;
        }
        return ByteBuffer.wrap(stream, (int) (from - startOffset), bytes).slice();
    }

    @Override
    public FileSlice nextFile(int maxBytes) {
        return null;
    }

    @Override
    public void advance(long bytes) {
        offset = offset + bytes;
    }

    @Override
    public boolean inLog() {
        return false;
    }

    @Override
    public long outputBytes() {
        return 0;
    }

    @Override
    public int outputBlocks() {
        return 0;
    }

    @Override
    public void close() {
        if (!closing) {
            closing = true;
            loop.execute(() -> released = true);
        }
    }

    @Override
    public boolean released() {
        return released;
    }
}
