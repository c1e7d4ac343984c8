package io.replbuf.buffer;

import io.replbuf.memory.Account;
import io.replbuf.stream.StreamRange;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A strategy as a third party might write it: a ring of the backlog's size and nothing besides. A reader that the writer has lapped is broken
 * off.
 *
 * <p>The writer never waits and overwrites what a reader may be looking at. So a reader copies, and its copy counts only if
 * the ring's start had not passed it by then: the start is moved before the first byte is overwritten.
 */
final class FixedRing implements ReplicationBuffer {
    static final String LAPPED = "lapped";

    /** Of a cursor's copy. */
    private static final int COPY_BYTES = 16 << 10;

    /** Makes them; a silent one loses bytes without telling its cursors. */
    record Factory(boolean silent) implements ReplicationBufferFactory {
        @Override
        public String name() {
            return "fixed-ring";
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
            context.requireOptionsOf(options());
            return new FixedRing(context, silent);
        }
    }

    private final Cursors<Cursor> cursors = new Cursors<>();
    private final Account account;
    private final boolean silent;

    /** Swapped by a resize after the start has passed all that it held. */
    private volatile ByteBuffer ring;

    private volatile long start;
    private volatile long next;
    private long fedBytes;
    private long chargedBytes;
    private boolean closed;

    private FixedRing(BufferContext context, boolean silent) {
        this.account = context.account();
        this.silent = silent;
        this.ring = ByteBuffer.allocateDirect(checked(context.backlogBytes()));
        this.start = context.startOffset();
        this.next = start;
        charge();
    }

    @Override
    public long feed(ByteBuffer bytes) {
        requireOpen();
        int count = bytes.remaining();
        long after = next + count;
        moveStart(Math.max(start, after - ring.capacity()));
        bytes.position(bytes.position() + (int) (Math.max(next, start) - next));
        for (long offset = Math.max(next, start); bytes.hasRemaining(); ) {
            int at = (int) (offset % ring.capacity());
            int piece = Math.min(bytes.remaining(), ring.capacity() - at);
            ring.put(at, bytes, bytes.position(), piece);
            bytes.position(bytes.position() + piece);
            offset += piece;
        }
        fedBytes += count;
        next = after;
        return after;
    }

    private void moveStart(long to) {
        if (to == start) {
            return;
        }
        start = to;
        VarHandle.fullFence();
        for (int i = 0; i < cursors.open(); i++) {
            Cursor cursor = cursors.open(i);
            if (cursor.offset() < to) {
                cursor.lapped = true;
            }
        }
    }

    @Override
    public long skip(long bytes) {
        requireOpen();
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
        }
        if (cursors.open() > 0) {
            throw new IllegalStateException("open cursors: " + cursors.open() + " (expected: 0)");
        }
        moveStart(next + bytes);
        next = next + bytes;
        return next;
    }

    @Override
    public StreamRange coverage() {
        return new StreamRange(start, next);
    }

    @Override
    public long nextOffset() {
        return next;
    }

    @Override
    public ReplicaCursor open(long offset, CursorRole role, Executor loop) {
        requireOpen();
        Cursors.requireOpenable(role, loop);
        if (!coverage().continues(offset)) {
            return null;
        }
        Cursor cursor = new Cursor(offset, loop);
        cursors.add(cursor);
        charge();
        return cursor;
    }

    @Override
    public boolean turn(int maxBlocks) {
        if (maxBlocks < 1) {
            throw new IllegalArgumentException("maxBlocks: " + maxBlocks + " (expected: >= 1)");
        }
        cursors.drain();
        charge();
        return false;
    }

    @Override
    public void resizeBacklog(long backlogBytes) {
        int bytes = checked(backlogBytes);
        moveStart(next);
        ring = ByteBuffer.allocateDirect(bytes);
        charge();
    }

    @Override
    public void dropBacklog() {
        moveStart(Math.max(start, cursors.oldestOffset(next)));
    }

    @Override
    public OutputLimit limit(LimitConfig config) {
        return (outputBytes, aboveSoftMillis) -> {
            boolean hard = config.hardBytes() > 0 && outputBytes >= config.hardBytes();
            boolean soft =
                    config.softBytes() > 0
                            && outputBytes >= config.softBytes()
                            && aboveSoftMillis > 1000L * config.softSeconds();
            return hard || soft ? OutputLimit.Verdict.KILL : OutputLimit.Verdict.KEEP;
        };
    }

    @Override
    public BufferStats stats() {
        long held = coverage().bytes();
        return new BufferStats(
                held,
                0,
                closed ? 0 : copies() * COPY_BYTES,
                closed ? 0 : ring.capacity() - held,
                0,
                next - cursors.oldestOffset(next),
                cursors.inFlightBytes(),
                0,
                held,
                ring.capacity(),
                held == 0 ? 0 : 1,
                cursors.open(),
                0,
                0,
                0,
                fedBytes,
                fedBytes);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            cursors.closeAll();
            account.add(-chargedBytes);
            chargedBytes = 0;
            cursors.forgetWhenReleased();
        }
    }

    /** Capacity of all that is alive, object by object. */
    long liveBytes() {
        long bytes = ring.capacity();
        for (int i = 0; i < cursors.open(); i++) {
            bytes += cursors.open(i).copy.capacity();
        }
        for (int i = 0; i < cursors.closing(); i++) {
            bytes += cursors.closing(i).copy.capacity();
        }
        return bytes;
    }

    private long copies() {
        return cursors.open() + cursors.closing();
    }

    private void charge() {
        if (!closed) {
            long held = ring.capacity() + copies() * COPY_BYTES;
            account.add(held - chargedBytes);
            chargedBytes = held;
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("buffer is closed");
        }
    }

    private static int checked(long backlogBytes) {
        if (backlogBytes < 1 || backlogBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "backlogBytes: "
                            + backlogBytes
                            + " (expected: 1 to "
                            + Integer.MAX_VALUE
                            + ")");
        }
        return (int) backlogBytes;
    }

    /** A place, and a copy of what is under it. */
    private final class Cursor extends MemoryCursor {
        private final ByteBuffer copy = ByteBuffer.allocateDirect(COPY_BYTES);
        private volatile boolean lapped;

        Cursor(long offset, Executor loop) {
            super(offset, loop, cursors);
        }

        @Override
        protected long publishedOffset() {
            return next;
        }

        @Override
        protected ByteBuffer slice(long from, int bytes) {
            ByteBuffer source = ring;
            int at = (int) (from % source.capacity());
            int count = Math.min(Math.min(bytes, COPY_BYTES), source.capacity() - at);
            copy.clear().put(0, source, at, count).limit(count);
            VarHandle.loadLoadFence();
            return lapped || start > from ? null : copy;
        }

        @Override
        public String broken() {
            return lapped && !silent ? LAPPED : super.broken();
        }

        @Override
        public long outputBytes() {
            return pendingBytes();
        }

        @Override
        public int outputBlocks() {
            return pendingBytes() == 0 ? 0 : 1;
        }

        @Override
        protected boolean moved(long from, long to) {
            return false;
        }

        @Override
        protected void noticed() {}

        @Override
        protected void closed(long from, int bytes) {}

        @Override
        protected void forgotten() {
            charge();
        }

        @Override
        protected void letGo() {}
    }
}
