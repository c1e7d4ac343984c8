package io.replbuf.primary;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.stream.StreamRange;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The buffer of a primary whose data set is still being loaded: nothing is written, so nothing is fed, and no replica is let
 * in. It keeps no byte and counts those that are skipped. Command loop.
 */
final class NoStream implements ReplicationBuffer {
    private static final BufferStats NOTHING =
            new BufferStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private long nextOffset;

    private NoStream(BufferContext context) {
        nextOffset = context.startOffset();
    }

    /** Makes such buffers under another strategy's name. */
    static ReplicationBufferFactory named(String name) {
        return new ReplicationBufferFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<BufferOption> options() {
                return List.of();
            }

            @Override
            public boolean needsHistory() {
                return false;
            }

            @Override
            public ReplicationBuffer create(BufferContext context) {
                return new NoStream(context);
            }
        };
    }

    @Override
    public long feed(ByteBuffer bytes) {
        throw new IllegalStateException("fed while the data set is loaded");
    }

    @Override
    public long skip(long bytes) {
        nextOffset += bytes;
        return nextOffset;
    }

    @Override
    public StreamRange coverage() {
        return new StreamRange(nextOffset, nextOffset);
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }

    @Override
    public ReplicaCursor open(long offset, CursorRole role, Executor loop) {
        return null;
    }

    @Override
    public boolean turn(int maxBlocks) {
        return false;
    }

    @Override
    public void resizeBacklog(long backlogBytes) {
        // The buffer that follows is made with it.
    }

    @Override
    public void dropBacklog() {
        // There is none.
    }

    @Override
    public OutputLimit limit(LimitConfig config) {
        return (outputBytes, aboveSoftMillis) -> OutputLimit.Verdict.KEEP;
    }

    @Override
    public BufferStats stats() {
        return NOTHING;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
