package io.replbuf.aofpsync;

import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.StreamHistory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * A replica's place, in the window's memory or in the log.
 *
 * <p>The position is the offset, wherever the bytes come from, so that changing the source at any byte loses and doubles none.
 * The <em>loop</em> owns position and source, and changes the source only where it asks for the next stretch (a demotion also
 * between two of its tasks, when no slice of memory is out). The <em>command loop</em> decides, owns the memory cursor that
 * pins the window, and takes the hold on the log.
 *
 * <pre>
 *             demote: hold the log, close the memory cursor
 *   MEMORY ────────────────────────────▶ LEAVING ── loop took notice ──▶ LOG ◀──┐
 *     ▲                                                                   │    │ withdraw: close it again
 *     │                            offer: open a memory cursor at H       ▼    │
 *     └───────── loop took it, position >= H ────────────────────────── OFFERED
 * </pre>
 *
 * An offer is taken or withdrawn by compare-and-set, so exactly one side has the memory cursor afterwards.
 */
final class WindowedCursor implements ReplicaCursor {
    /** This object, its reference to an offer and its hold on the log, rounded up; charged as metadata. */
    static final int BYTES = 192;

    /** From here on a larger sendfile gains nothing, and a replica gets its turn sooner. */
    static final int FILE_SLICE_BYTES_MAX = 256 << 10;

    private static final VarHandle OFFSET;

    static {
        try {
            OFFSET =
                    MethodHandles.lookup()
                            .findVarHandle(WindowedCursor.class, "offset", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What the command loop sees of the cursor. */
    enum Place {
        MEMORY,
        LEAVING,
        LOG,
        OFFERED,
        BROKEN
    }

    private final AofPsyncBuffer buffer;
    private final StreamHistory history;
    private final LongSupplier sendable;
    private final Executor loop;

    /** A memory cursor to change to, at or before the position or at the log's end. Set and withdrawn by the command loop. */
    private final AtomicReference<ReplicaCursor> offer = new AtomicReference<>();

    private volatile boolean demoted;
    private volatile boolean inLog;
    private volatile boolean closing;
    private volatile boolean released;
    private volatile String broken;

    // The loop's half; the offset is published with release.
    private long offset;
    private ReplicaCursor memory;
    private long handedOutBytes;

    // The command loop's half. The hold is read by the loop after it has seen the demotion.
    private ReplicaCursor pinned;
    private ReplicaCursor left;
    private StreamHistory.Hold hold;
    private long demotedAtLag = Long.MAX_VALUE;

    /**
     * @param memory the cursor to begin with, null to begin in the log
     * @param hold on the log, null to begin in memory
     * @param sendable behind the last byte that the replica may have by now; any thread
     */
    WindowedCursor(
            AofPsyncBuffer buffer,
            StreamHistory history,
            LongSupplier sendable,
            Executor loop,
            long offset,
            ReplicaCursor memory,
            StreamHistory.Hold hold) {
        this.buffer = buffer;
        this.history = history;
        this.sendable = sendable;
        this.loop = loop;
        this.offset = offset;
        this.memory = memory;
        this.pinned = memory;
        this.hold = hold;
        this.inLog = memory == null;
    }

    // ---- any thread

    @Override
    public long offset() {
        return (long) OFFSET.getAcquire(this);
    }

    @Override
    public long pendingBytes() {
        // In this order: what may be sent, read later, can only be more. A replica that came with
        // more than was synced waits.
        long from = offset();
        return Math.max(sendable.getAsLong() - from, 0);
    }

    @Override
    public boolean inLog() {
        return inLog;
    }

    @Override
    public boolean released() {
        return released;
    }

    @Override
    public String broken() {
        return broken;
    }

    // ---- loop

    @Override
    public ByteBuffer next(int maxBytes) {
        requirePositive(maxBytes);
        if (closing || broken != null) {
            return null;
        }
        settle();
        if (memory == null) {
            return null;
        }
        long most = Math.min(maxBytes, pendingBytes());
        return most == 0 ? null : memory.next((int) most);
    }

    @Override
    public FileSlice nextFile(int maxBytes) {
        requirePositive(maxBytes);
        if (closing || broken != null) {
            return null;
        }
        settle();
        if (memory != null) {
            return null;
        }
        long most = Math.min(Math.min(maxBytes, FILE_SLICE_BYTES_MAX), pendingBytes());
        FileSlice slice = most == 0 ? null : history.lease(offset, (int) most);
        handedOutBytes = slice == null ? 0 : slice.count();
        return slice;
    }

    @Override
    public void advance(long bytes) {
        if (memory != null) {
            memory.advance(bytes);
            OFFSET.setRelease(this, offset + bytes);
            return;
        }
        if (bytes < 0 || bytes > handedOutBytes) {
            throw new IllegalArgumentException(
                    "bytes: "
                            + bytes
                            + " (expected: 0 to "
                            + handedOutBytes
                            + ", which nextFile() gave)");
        }
        // Once per slice: the rest is asked for again.
        handedOutBytes = 0;
        OFFSET.setRelease(this, offset + bytes);
        hold.moveTo(offset);
    }

    /** Changes the source if the command loop has asked for it; no slice is out. */
    private void settle() {
        if (memory != null) {
            leaveMemory();
        } else {
            enterMemory();
        }
    }

    private void leaveMemory() {
        if (demoted) {
            demoted = false;
            memory = null;
            handedOutBytes = 0;
            inLog = true;
        }
    }

    private void enterMemory() {
        ReplicaCursor taken = offer.get();
        if (taken == null || taken.offset() > offset || !offer.compareAndSet(taken, null)) {
            return;
        }
        // Between offer and now the log may have brought us further: those bytes are sent.
        while (taken.offset() < offset) {
            long ahead = offset - taken.offset();
            ByteBuffer sent = taken.next((int) Math.min(ahead, Integer.MAX_VALUE));
            if (sent == null) {
                // The command loop is closing this cursor; nothing will be read from it.
                break;
            }
            taken.advance(sent.remaining());
        }
        memory = taken;
        hold.close();
        buffer.handedOff();
        // Last: from now on the command loop may demote again.
        inLog = false;
    }

    /** The second half of a demotion or an offer, for a loop that has nothing to send at the moment. */
    private void takeNotice() {
        if (!closing && broken == null && (memory != null || handedOutBytes == 0)) {
            settle();
        }
    }

    private void release() {
        if (!allReleased()) {
            onLoop(this::release);
            return;
        }
        memory = null;
        released = true;
    }

    private boolean allReleased() {
        return (pinned == null || pinned.released()) && (left == null || left.released());
    }

    // ---- command loop

    Place place() {
        if (broken != null) {
            return Place.BROKEN;
        }
        if (pinned == null) {
            return inLog ? Place.LOG : Place.LEAVING;
        }
        return inLog ? Place.OFFERED : Place.MEMORY;
    }

    Executor loop() {
        return loop;
    }

    /** Where the offered memory cursor begins; only when {@link Place#OFFERED}. */
    long offeredOffset() {
        return pinned.offset();
    }

    /** Only from {@link Place#MEMORY}: the window lets go of this replica now, the loop notices at its next step. */
    void demote(StreamHistory.Hold newHold, long lagBytes) {
        hold = newHold;
        demotedAtLag = lagBytes;
        demoted = true;
        letGoOfMemory();
        onLoop(this::takeNotice);
    }

    /** Only from {@link Place#LOG}. */
    void offer(ReplicaCursor candidate) {
        pinned = candidate;
        offer.set(candidate);
        onLoop(this::takeNotice);
    }

    /** How far behind it was when it left memory; as far as can be for one that was opened in the log. */
    long demotedAtLag() {
        return demotedAtLag;
    }

    /** Takes an offer back. False if the loop was faster: then the cursor is in memory. */
    boolean withdraw() {
        ReplicaCursor back = offer.get();
        if (back == null || !offer.compareAndSet(back, null)) {
            return false;
        }
        letGoOfMemory();
        return true;
    }

    /** Nothing more can be read: for good, and for this reason. */
    void breakOff(String reason) {
        broken = reason;
        withdraw();
        if (pinned != null) {
            letGoOfMemory();
        }
        hold.close();
    }

    /** Before the close that the buffer's own brings. */
    void bufferClosed() {
        if (broken == null) {
            broken = CLOSED;
        }
    }

    @Override
    public boolean demote() {
        return place() == Place.MEMORY && buffer.demote(this);
    }

    @Override
    public long outputBytes() {
        return pinned == null ? 0 : pinned.outputBytes();
    }

    @Override
    public long ownBytes() {
        return pinned == null ? 0 : pinned.ownBytes();
    }

    /** Its cursor in memory, null while it has none. */
    ReplicaCursor memoryCursor() {
        return pinned;
    }

    @Override
    public int outputBlocks() {
        return pinned == null ? 0 : pinned.outputBlocks();
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        if (pinned != null) {
            pinned.close();
        }
        if (hold != null) {
            hold.close();
        }
        buffer.closed(this);
        onLoop(this::release);
    }

    private void letGoOfMemory() {
        pinned.close();
        left = pinned;
        pinned = null;
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended: nobody is inside a send, and this thread is the only one left.
            task.run();
        }
    }

    private static void requirePositive(int maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 1)");
        }
    }
}
