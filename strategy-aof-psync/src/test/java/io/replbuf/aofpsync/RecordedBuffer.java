package io.replbuf.aofpsync;

import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/** A buffer whose history has every byte as soon as it is fed. */
final class RecordedBuffer implements ReplicationBuffer {
    final AofPsyncBuffer buffer;
    private final SyncHistory history;

    RecordedBuffer(ReplicationBuffer buffer, SyncHistory history) {
        this.buffer = (AofPsyncBuffer) buffer;
        this.history = history;
    }

    @Override
    public long feed(ByteBuffer bytes) {
        ByteBuffer copy = bytes.duplicate();
        long next = buffer.feed(bytes);
        history.append(copy);
        return next;
    }

    @Override
    public long skip(long bytes) {
        long next = buffer.skip(bytes);
        try {
            history.begin(next);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return next;
    }

    @Override
    public StreamRange coverage() {
        return buffer.coverage();
    }

    @Override
    public long startWithout(ReplicaCursor cursor) {
        return buffer.startWithout(cursor);
    }

    @Override
    public long nextOffset() {
        return buffer.nextOffset();
    }

    @Override
    public ReplicaCursor open(long offset, CursorRole role, Executor loop) {
        return buffer.open(offset, role, loop);
    }

    @Override
    public boolean turn(int maxBlocks) {
        return buffer.turn(maxBlocks);
    }

    @Override
    public void resizeBacklog(long backlogBytes) {
        buffer.resizeBacklog(backlogBytes);
    }

    @Override
    public void dropBacklog() {
        buffer.dropBacklog();
    }

    @Override
    public OutputLimit limit(LimitConfig config) {
        return buffer.limit(config);
    }

    @Override
    public BufferStats stats() {
        return buffer.stats();
    }

    @Override
    public void close() {
        buffer.close();
    }
}
