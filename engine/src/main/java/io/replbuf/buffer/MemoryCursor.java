package io.replbuf.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What the two threads of a cursor share, for strategies that hold the stream in memory: position, hold and closing.
 *
 * <p>A strategy extends it with its own idea of where the bytes are. The <em>loop</em> owns the position and the slice, the
 * <em>command loop</em> everything that the strategy adds; each method says whose it is. No method blocks or spins.
 *
 * <p><b>Assumptions</b>: (1) {@link #next} and {@link #advance} run on the loop only, {@link #close} on the command loop only;
 * (2) {@link #publishedOffset} is read with acquire, and the bytes below it, as well as whatever leads to them, were written before it;
 * (3) it is {@linkplain Cursors#add added} to the book that it was given before it is read or closed.
 *
 * <p><b>Guarantees</b>: (1) after {@link #close} returns, the loop touches no byte outside the stretch that {@link #closed} was
 * told of; (2) after {@link #released} it touches none at all; (3) {@link #noticed} is called by the drain that follows each move
 * that {@link #moved} found worth it, {@link #forgotten} by the one that follows the release.
 */
public abstract class MemoryCursor implements ReplicaCursor {
    /** Longest slice in bytes: a send call costs the same up to here, and it bounds what a closing cursor can hold. */
    public static final int MAX_SLICE_BYTES = 256 << 10;

    private static final VarHandle OFFSET;
    private static final VarHandle HELD;
    private static final VarHandle CLOSING;
    private static final VarHandle RELEASED;
    private static final VarHandle QUEUED;
    private static final VarHandle AFTER_RELEASE;
    private static final VarHandle BUFFER_CLOSED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OFFSET = lookup.findVarHandle(MemoryCursor.class, "offset", long.class);
            HELD = lookup.findVarHandle(MemoryCursor.class, "held", int.class);
            CLOSING = lookup.findVarHandle(MemoryCursor.class, "closing", boolean.class);
            RELEASED = lookup.findVarHandle(MemoryCursor.class, "released", boolean.class);
            QUEUED = lookup.findVarHandle(MemoryCursor.class, "queued", int.class);
            BUFFER_CLOSED = lookup.findVarHandle(MemoryCursor.class, "bufferClosed", boolean.class);
            AFTER_RELEASE =
                    lookup.findVarHandle(MemoryCursor.class, "afterRelease", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /*
     * Closing against a send that is about to begin: each side first says what it does, then looks at the other.
     *
     *     loop, in next()                      command loop, in close()
     *     held = bytes       (volatile)        closing = true     (volatile)
     *     if (closing) give nothing            if (held > 0) keep [offset, offset + held)
     *
     * At least one of them sees the other, so memory is either not handed out or known to be held. No later slice can
     * come up, since whoever announces one after close() finds `closing`. If the loop has moved on between the two reads
     * of close(), its slice is over, and what is kept then is kept for nothing, until the release.
     */
    private final Executor loop;
    private final Cursors<?> cursors;

    private long offset;
    private int held;
    private boolean closing;
    private boolean released;
    private boolean bufferClosed;
    private int queued;
    private Runnable afterRelease;

    /** Its place among the open ones; command loop. */
    int index;

    /** The queue's link; its pushing and its draining thread in turn. */
    MemoryCursor below;

    protected MemoryCursor(long offset, Executor loop, Cursors<?> cursors) {
        this.offset = offset;
        this.loop = loop;
        this.cursors = cursors;
    }

    /** Offset behind the last byte that may be read; any thread. */
    protected abstract long publishedOffset();

    /**
     * Locates bytes; loop.
     *
     * @param bytes how many are published from {@code from} on and wanted, 1 to {@link #MAX_SLICE_BYTES}
     * @return 1 to {@code bytes} of them; null if they are gone, in a buffer that may lose them: then {@link #broken} says why.
     *     Anything if the cursor is closed meanwhile
     */
    protected abstract ByteBuffer slice(long from, int bytes);

    /** Whether the command loop should take notice of this move; loop. */
    protected abstract boolean moved(long from, long to);

    /** The cursor has moved and is open; command loop. */
    protected abstract void noticed();

    /**
     * The cursor was closed while its loop may be reading {@code bytes} from {@code from} on; command loop.
     *
     * @param bytes 0 if it reads nothing
     */
    protected abstract void closed(long from, int bytes);

    /**
     * The loop has let go of everything: what {@link #closed} kept may be freed; command loop, or where {@link
     * Cursors#forgetWhenReleased} says. Once.
     */
    protected abstract void forgotten();

    /** Drops what the loop's half refers to; loop, once, after the last slice. */
    protected abstract void letGo();

    @Override
    public final long offset() {
        return (long) OFFSET.getAcquire(this);
    }

    @Override
    public final long pendingBytes() {
        // In this order: the published offset read later can only be larger.
        long from = offset();
        return publishedOffset() - from;
    }

    @Override
    public final ByteBuffer next(int maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 1)");
        }
        long from = offset;
        long pending = publishedOffset() - from;
        if (pending == 0) {
            return null;
        }
        int bytes = (int) Math.min(pending, Math.min(maxBytes, MAX_SLICE_BYTES));
        HELD.setVolatile(this, bytes);
        if ((boolean) CLOSING.getVolatile(this)) {
            HELD.setRelease(this, 0);
            return null;
        }
        ByteBuffer slice = slice(from, bytes);
        // Closed while it was looked up: the blocks may have left the table by then, although
        // their memory is held. So the lookup counts only if the cursor was open all along.
        VarHandle.loadLoadFence();
        if ((boolean) CLOSING.getVolatile(this)) {
            HELD.setRelease(this, 0);
            return null;
        }
        if (slice == null) {
            HELD.setRelease(this, 0);
            return null;
        }
        if (slice.remaining() != bytes) {
            HELD.setRelease(this, slice.remaining());
        }
        return slice;
    }

    /** Nothing: a strategy that also reads from a log overrides it. */
    @Override
    public FileSlice nextFile(int maxBytes) {
        return null;
    }

    @Override
    public final void advance(long bytes) {
        int most = held;
        if (bytes < 0 || bytes > most) {
            throw new IllegalArgumentException(
                    "bytes: " + bytes + " (expected: 0 to " + most + ", which next() gave)");
        }
        long from = offset;
        OFFSET.setRelease(this, from + bytes);
        HELD.setRelease(this, 0);
        if (bytes > 0 && moved(from, from + bytes)) {
            cursors.enqueue(this);
        }
    }

    @Override
    public boolean inLog() {
        return false;
    }

    /** {@link ReplicaCursor#CLOSED} after the buffer was; a strategy that may lose bytes adds its own reasons. */
    @Override
    public String broken() {
        return (boolean) BUFFER_CLOSED.getAcquire(this) ? CLOSED : null;
    }

    /** Before the close that the buffer's own brings; command loop. */
    void bufferClosed() {
        BUFFER_CLOSED.setRelease(this, true);
    }

    @Override
    public final void close() {
        if (closing) {
            return;
        }
        CLOSING.setVolatile(this, true);
        int bytes = (int) HELD.getVolatile(this);
        cursors.closed(this);
        closed(offset(), bytes);
        try {
            loop.execute(this::release);
        } catch (RejectedExecutionException e) {
            // The loop has ended, so nobody is inside a send, and nobody else will release.
            release();
        }
    }

    @Override
    public final boolean released() {
        return (boolean) RELEASED.getAcquire(this);
    }

    /** Whether {@link #close} was called; command loop. */
    protected final boolean closing() {
        return closing;
    }

    /** Bytes handed to a send that has not returned; any thread. */
    long inFlightBytes() {
        return (int) HELD.getOpaque(this);
    }

    /**
     * Runs {@code action} once the cursor, already closed, has been released: on the loop, or here if that has happened.
     *
     * <p>For a buffer that is closed and takes no further turn; at most one action.
     */
    void afterRelease(Runnable action) {
        AFTER_RELEASE.setVolatile(this, action);
        if ((boolean) RELEASED.getVolatile(this)) {
            runAfterRelease();
        }
    }

    private void release() {
        letGo();
        HELD.setRelease(this, 0);
        RELEASED.setVolatile(this, true);
        cursors.enqueue(this);
        runAfterRelease();
    }

    /** Both sides may come here, one of them takes the action. */
    private void runAfterRelease() {
        Runnable action = (Runnable) AFTER_RELEASE.getAndSet(this, null);
        if (action != null) {
            action.run();
        }
    }

    /** Asks for another {@link #noticed} at the next drain; any thread. */
    protected final void notice() {
        cursors.enqueue(this);
    }

    /** In a drain; command loop. */
    void attend() {
        if (!closing) {
            noticed();
        } else if (released()) {
            cursors.released(this);
        }
    }

    boolean enterQueue() {
        return (int) QUEUED.getAndSet(this, 1) == 0;
    }

    /** An exchange rather than a store: it sees what was written before the last attempt to enter. */
    void leaveQueue() {
        QUEUED.getAndSet(this, 0);
    }
}
