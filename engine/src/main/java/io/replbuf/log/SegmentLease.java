package io.replbuf.log;

import io.replbuf.buffer.FileSlice;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicInteger;

/** A stretch of a segment and one reference to it; one thread at a time. */
final class SegmentLease implements FileSlice {
    private final Segment segment;
    private final long position;
    private final int count;
    private final AtomicInteger open;
    private boolean closed;

    /**
     * @param open counts the leases that are out
     */
    SegmentLease(Segment segment, long position, int count, AtomicInteger open) {
        this.segment = segment;
        this.position = position;
        this.count = count;
        this.open = open;
        open.incrementAndGet();
    }

    @Override
    public FileChannel channel() {
        return segment.file.channel();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            open.decrementAndGet();
            segment.release();
        }
    }
}
