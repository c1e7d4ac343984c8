package io.replbuf.log;

import io.replbuf.buffer.FileSlice;
import java.io.IOException;
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

    Segment segment() {
        return segment;
    }

    /** How many of the leased bytes the file does not have, 0 if all are there. */
    long missingBytes() throws IOException {
        return Math.max(0, position + count - segment.file.size());
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
