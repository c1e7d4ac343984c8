package io.replbuf.primary;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.stream.StreamRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The plainest buffer that keeps the seam's promises: one array with all bytes since the last skip. For tests of the primary,
 * so that they need no strategy; the array's length bounds what a test may feed.
 */
public final class ArrayBuffer implements ReplicationBuffer {
    private static final int MAX_BYTES = 64 << 20;

    /** See {@link OutputLimit#patienceMillis}. */
    static final BufferOption LIMIT_PATIENCE =
            new BufferOption("array-limit-patience-millis", "0", "For tests of limits.");

    private static final AtomicLong TURNS = new AtomicLong();
    private static final Onlooker NOBODY = new Onlooker() {};
    private static volatile Onlooker onlooker = NOBODY;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(MAX_BYTES);
    private final List<Cursor> cursors = new ArrayList<>();
    private final long backlogBytes;
    private final int limitPatienceMillis;
    private long base;
    private volatile long next;

    private ArrayBuffer(BufferContext context) {
        base = context.startOffset();
        next = base;
        backlogBytes = context.backlogBytes();
        limitPatienceMillis = Integer.parseInt(context.option(LIMIT_PATIENCE));
    }

    /** Found by ServiceLoader under the name {@code array}. */
    public static final class Factory implements ReplicationBufferFactory {
        @Override
        public String name() {
            return "array";
        }

        @Override
        public List<BufferOption> options() {
            return List.of(LIMIT_PATIENCE);
        }

        @Override
        public boolean needsHistory() {
            return false;
        }

        @Override
        public ReplicationBuffer create(BufferContext context) {
            onlooker.making();
            return new ArrayBuffer(context);
        }
    }

    /** Sees what is asked of a buffer, on the thread that asks. */
    public interface Onlooker {
        /** A buffer is about to be made; may throw what {@link ReplicationBufferFactory#create} may. */
        default void making() {}

        /** A turn ends; whether it is to say that blocks are left to trim. */
        default boolean turned() {
            return false;
        }

        /** A cursor is asked for its next bytes. */
        default void asked(ReplicaCursor cursor, int maxBytes) {}
    }

    /** For tests that have one server in this JVM; null ends it. */
    public static void watch(Onlooker watcher) {
        onlooker = watcher == null ? NOBODY : watcher;
    }

    /** How many turns have ended in this JVM, for tests that have one server in it; any thread. */
    public static long turns() {
        return TURNS.get();
    }

    @Override
    public long feed(ByteBuffer source) {
        int length = source.remaining();
        bytes.put(source);
        next += length;
        return next;
    }

    @Override
    public long skip(long count) {
        next += count;
        dropBacklog();
        return next;
    }

    @Override
    public StreamRange coverage() {
        return new StreamRange(Math.max(base, next - backlogBytes), next);
    }

    @Override
    public long nextOffset() {
        return next;
    }

    @Override
    public ReplicaCursor open(long offset, CursorRole role, Executor loop) {
        if (!new StreamRange(base, next).continues(offset) || offset < next - backlogBytes) {
            return null;
        }
        Cursor cursor = new Cursor(offset, loop);
        cursors.add(cursor);
        return cursor;
    }

    @Override
    public boolean turn(int maxBlocks) {
        TURNS.incrementAndGet();
        return onlooker.turned();
    }

    @Override
    public void resizeBacklog(long backlogBytes) {}

    @Override
    public void dropBacklog() {
        base = next;
        bytes.clear();
    }

    @Override
    public OutputLimit limit(LimitConfig config) {
        return new OutputLimit() {
            @Override
            public Verdict judge(long outputBytes, long aboveSoftMillis) {
                return config.hardBytes() > 0 && outputBytes >= config.hardBytes()
                        ? Verdict.KILL
                        : Verdict.KEEP;
            }

            @Override
            public int patienceMillis() {
                return limitPatienceMillis;
            }
        };
    }

    @Override
    public BufferStats stats() {
        return new BufferStats(
                next - base,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                next - base,
                MAX_BYTES,
                1,
                cursors.size(),
                0,
                0,
                0,
                next,
                next);
    }

    @Override
    public void close() {
        List.copyOf(cursors).forEach(Cursor::close);
    }

    private final class Cursor implements ReplicaCursor {
        private final Executor loop;
        private volatile long offset;
        private volatile boolean closing;
        private volatile boolean released;

        Cursor(long offset, Executor loop) {
            this.offset = offset;
            this.loop = loop;
        }

        @Override
        public long offset() {
            return offset;
        }

        @Override
        public long pendingBytes() {
            return next - offset;
        }

        @Override
        public ByteBuffer next(int maxBytes) {
            onlooker.asked(this, maxBytes);
            long pending = pendingBytes();
            if (closing || pending == 0) {
                return null;
            }
            return bytes.slice((int) (offset - base), (int) Math.min(maxBytes, pending));
        }

        @Override
        public FileSlice nextFile(int maxBytes) {
            return null;
        }

        @Override
        public void advance(long count) {
            offset += count;
        }

        @Override
        public boolean inLog() {
            return false;
        }

        @Override
        public long outputBytes() {
            return pendingBytes();
        }

        @Override
        public int outputBlocks() {
            return 1;
        }

        @Override
        public void close() {
            if (!closing) {
                closing = true;
                cursors.remove(this);
                loop.execute(() -> released = true);
            }
        }

        @Override
        public boolean released() {
            return released;
        }
    }
}
