package io.replbuf.aofpsync;

import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.Cursors;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.StreamHistory;
import io.replbuf.memory.Account;
import io.replbuf.stream.StreamRange;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A bounded window in memory over a history on disk: a replica that falls out of the window goes on from the disk.
 *
 * <pre>
 *   history (log)   [===================================)written
 *   window (chain)                              [===========)nextOffset
 *                        ▲ demoted: file slices      ▲ in memory: slices of the chain
 * </pre>
 *
 * <p><b>Threads.</b> The command loop calls every method. What it shares with a cursor's loop stands in {@link WindowedCursor};
 * besides that only the offset behind the last byte fed is published, with release. The history is any thread's.
 *
 * <p><b>Rules</b>, applied once a turn: a replica in memory that is more than the window behind is demoted; one in the log that
 * is within half of it (half of what it was demoted at, if an output limit did it sooner) is offered its way back, so that it
 * must fall back by another half before it leaves again. An offer that is not taken until the replica is a window behind is
 * withdrawn. With a window of nothing everybody reads the log, and nobody is offered memory while the log is written. Where the history has stopped, its readers get an offer
 * at its end, if the window still covers that, else they are broken off ({@code log-stopped}); a reader that retention has
 * overtaken is broken off ({@code gap}).
 *
 * <p><b>Memory</b> is the window, a block, what is fed in one turn, and what the log's cursor has not written yet; a replica costs a
 * constant. The work of a turn grows with the demoted replicas, and with all of them once per window of stream.
 */
final class AofPsyncBuffer implements ReplicationBuffer {
    private static final VarHandle FED;

    static {
        try {
            FED = MethodHandles.lookup().findVarHandle(AofPsyncBuffer.class, "fed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    static final String LOG_STOPPED = "log-stopped";

    private final ReplicationBuffer window;
    private final StreamHistory history;
    private final Account account;
    private final AofPsyncConfig config;
    private final AtomicLong handOffs = new AtomicLong();

    /** Cursors that were in memory when looked at last, and the others. */
    private final List<WindowedCursor> near = new ArrayList<>();

    private final List<WindowedCursor> away = new ArrayList<>();

    private final LongSupplier sendable;

    private long windowBytes;
    private long fed;

    /** No near cursor is more than the window behind before the stream has passed this. */
    private long watchFrom = Long.MAX_VALUE;

    /** What is below was forgotten on demand, although the history may still have it. */
    private long floor;

    private long demotions;
    private boolean closed;

    AofPsyncBuffer(
            ReplicationBuffer window,
            StreamHistory history,
            Account account,
            AofPsyncConfig config) {
        this.window = window;
        this.history = history;
        this.account = account;
        this.config = config;
        this.windowBytes = config.windowBytes();
        this.fed = window.nextOffset();
        this.floor = 1;
        this.sendable = config.onlySynced() ? this::fedAndSynced : this::fed;
    }

    @Override
    public long feed(ByteBuffer bytes) {
        long next = window.feed(bytes);
        FED.setRelease(this, next);
        return next;
    }

    @Override
    public long skip(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
        }
        if (cursors() > 0) {
            throw new IllegalStateException("open cursors: " + cursors() + " (expected: 0)");
        }
        long next = window.skip(bytes);
        FED.setRelease(this, next);
        floor = next;
        return next;
    }

    @Override
    public StreamRange coverage() {
        StreamRange memory = window.coverage();
        StreamRange disk = history.range();
        boolean contiguous =
                disk.startOffset() < memory.startOffset()
                        && disk.nextOffset() >= memory.startOffset();
        long start = contiguous ? disk.startOffset() : memory.startOffset();
        return new StreamRange(Math.max(start, floor), memory.nextOffset());
    }

    /** Of the log, what retention keeps without readers; their holds may keep more. */
    @Override
    public long startWithout(ReplicaCursor cursor) {
        ReplicaCursor inMemory = ((WindowedCursor) cursor).memoryCursor();
        StreamRange memory = window.coverage();
        long start = inMemory == null ? memory.startOffset() : window.startWithout(inMemory);
        long disk = history.keptFrom();
        boolean contiguous = disk < start && history.range().nextOffset() >= start;
        return Math.max(contiguous ? disk : start, floor);
    }

    @Override
    public long nextOffset() {
        return window.nextOffset();
    }

    @Override
    public ReplicaCursor open(long offset, CursorRole role, Executor loop) {
        Cursors.requireOpenable(role, loop);
        if (role == CursorRole.LOG) {
            return window.open(offset, role, loop);
        }
        if (!coverage().continues(offset)) {
            return null;
        }
        if (windowBytes == 0) {
            ReplicaCursor fromLog = openInLog(offset, loop);
            return fromLog == null ? openInMemory(offset, loop) : fromLog;
        }
        ReplicaCursor fromMemory = openInMemory(offset, loop);
        return fromMemory == null ? openInLog(offset, loop) : fromMemory;
    }

    @Override
    public boolean turn(int maxBlocks) {
        if (!closed) {
            watchNear();
            watchAway();
        }
        return window.turn(maxBlocks);
    }

    /** Changes the window where it follows the backlog; one that was configured stays, since the log holds the rest. */
    @Override
    public void resizeBacklog(long backlogBytes) {
        if (backlogBytes < 1) {
            throw new IllegalArgumentException(
                    "backlogBytes: " + backlogBytes + " (expected: >= 1)");
        }
        if (config.windowFollowsBacklog()) {
            windowBytes = AofPsyncConfig.windowByDefault(backlogBytes);
            window.resizeBacklog(windowBytes);
            watchFrom = 0;
        }
    }

    /** Forgets window and history alike: what they hold belongs to a stream that nobody may ask for any more. */
    @Override
    public void dropBacklog() {
        window.dropBacklog();
        floor = oldestOffset();
    }

    @Override
    public OutputLimit limit(LimitConfig limits) {
        OutputLimit withoutLog = window.limit(limits);
        return config.demotes()
                ? new AofPsyncLimit(limits, withoutLog, () -> windowBytes, history::writing)
                : withoutLog;
    }

    @Override
    public BufferStats stats() {
        BufferStats memory = window.stats();
        return new BufferStats(
                memory.uniquePayloadBytes(),
                memory.duplicatedPayloadBytes(),
                memory.metadataBytes() + (long) cursors() * WindowedCursor.BYTES,
                memory.slackBytes(),
                memory.retiredBytes(),
                Math.max(memory.pinnedBytes(), pinnedByLoops()),
                memory.inFlightBytes(),
                history.fileBytes(),
                memory.backlogBytes(),
                memory.mappedBytes(),
                memory.blocks(),
                cursors(),
                demotedCursors(),
                demotions,
                handOffs.get(),
                memory.fedBytes(),
                memory.copiedBytes(),
                memory.bufferBytes(),
                memory.indexBytes(),
                memory.leasedBytes(),
                memory.leases(),
                memory.resumedLeases());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        closeAll(near);
        closeAll(away);
        window.close();
    }

    private static void closeAll(List<WindowedCursor> cursors) {
        while (!cursors.isEmpty()) {
            WindowedCursor cursor = cursors.get(cursors.size() - 1);
            cursor.bufferClosed();
            cursor.close();
        }
    }

    /** The cursor was closed. */
    void closed(WindowedCursor cursor) {
        if (near.remove(cursor) || away.remove(cursor)) {
            account.add(-WindowedCursor.BYTES);
        }
    }

    /** The cursor has gone from the log back to memory; its loop. */
    void handedOff() {
        handOffs.incrementAndGet();
    }

    /** For tests that add up what is alive. */
    ReplicationBuffer window() {
        return window;
    }

    long windowBytes() {
        return windowBytes;
    }

    private ReplicaCursor openInMemory(long offset, Executor loop) {
        ReplicaCursor memory = window.open(offset, CursorRole.REPLICA, loop);
        if (memory == null) {
            return null;
        }
        WindowedCursor cursor = cursor(loop, offset, memory, null);
        addNear(cursor);
        return cursor;
    }

    private ReplicaCursor openInLog(long offset, Executor loop) {
        StreamHistory.Hold hold = history.hold(offset);
        if (hold == null) {
            return null;
        }
        boolean goesOn = history.writing();
        StreamRange disk = history.range();
        // What lies between the written offset and the next one is still to be written, if the log
        // goes on.
        boolean covered = offset >= disk.startOffset() && (goesOn || disk.continues(offset));
        if (!covered || (!goesOn && !window.coverage().continues(disk.nextOffset()))) {
            hold.close();
            return null;
        }
        WindowedCursor cursor = cursor(loop, offset, null, hold);
        away.add(cursor);
        watch(cursor);
        return cursor;
    }

    private WindowedCursor cursor(
            Executor loop, long offset, ReplicaCursor memory, StreamHistory.Hold hold) {
        account.add(WindowedCursor.BYTES);
        return new WindowedCursor(this, history, sendable, loop, offset, memory, hold);
    }

    private long fed() {
        return (long) FED.getAcquire(this);
    }

    /** Behind the last byte that a replica may have by now. */
    private long fedAndSynced() {
        return Math.min(fed(), history.syncedOffset());
    }

    private void addNear(WindowedCursor cursor) {
        near.add(cursor);
        watchFrom = Math.min(watchFrom, cursor.offset() + windowBytes);
    }

    // ---- a turn's decisions

    private void watchNear() {
        long next = window.nextOffset();
        if (next <= watchFrom || !config.demotes()) {
            return;
        }
        watchFrom = Long.MAX_VALUE;
        for (int i = near.size() - 1; i >= 0; i--) {
            WindowedCursor cursor = near.get(i);
            long offset = cursor.offset();
            if (next - offset > windowBytes && demote(cursor, offset, windowBytes)) {
                near.set(i, near.get(near.size() - 1));
                near.remove(near.size() - 1);
            } else {
                watchFrom = Math.min(watchFrom, offset + windowBytes);
            }
        }
    }

    /** An output limit wants it gone from memory, before the window does. */
    boolean demote(WindowedCursor cursor) {
        long offset = cursor.offset();
        long lag = Math.min(windowBytes, window.nextOffset() - offset);
        // One that was handed back since the last turn is in the other list until the next.
        return config.demotes()
                && near.contains(cursor)
                && demote(cursor, offset, lag)
                && near.remove(cursor);
    }

    /**
     * @param lagBytes which it must have halved before it is offered memory again
     * @return false if the history cannot take the replica over: it stays in memory, under the configured limits
     */
    private boolean demote(WindowedCursor cursor, long offset, long lagBytes) {
        if (!history.writing()) {
            return false;
        }
        StreamHistory.Hold hold = history.hold(offset);
        if (hold == null) {
            return false;
        }
        cursor.demote(hold, lagBytes);
        away.add(cursor);
        demotions++;
        return true;
    }

    private void watchAway() {
        for (int i = away.size() - 1; i >= 0; i--) {
            WindowedCursor cursor = away.get(i);
            watch(cursor);
            if (cursor.place() == WindowedCursor.Place.MEMORY) {
                away.set(i, away.get(away.size() - 1));
                away.remove(away.size() - 1);
                addNear(cursor);
            }
        }
    }

    private void watch(WindowedCursor cursor) {
        switch (cursor.place()) {
            case LEAVING:
                // Its loop has yet to notice; only retention can harm it now.
                breakOffBehind(cursor, Long.MAX_VALUE);
                break;
            case LOG:
                watchInLog(cursor);
                break;
            case OFFERED:
                watchOffered(cursor);
                break;
            default:
                break;
        }
    }

    private void watchInLog(WindowedCursor cursor) {
        // Asked first: when it says no, the range stands still.
        boolean goesOn = history.writing();
        if (breakOffBehind(cursor, Long.MAX_VALUE)) {
            return;
        }
        long offset = cursor.offset();
        if (goesOn) {
            long lag = window.nextOffset() - offset;
            if (windowBytes > 0 && lag <= Math.min(windowBytes, cursor.demotedAtLag()) / 2) {
                offer(cursor, offset);
            }
        } else if (!offer(cursor, Math.max(offset, history.range().nextOffset()))) {
            cursor.breakOff(LOG_STOPPED);
        }
    }

    private void watchOffered(WindowedCursor cursor) {
        long offered = cursor.offeredOffset();
        if (breakOffBehind(cursor, offered)) {
            return;
        }
        long offset = cursor.offset();
        boolean tooFar = window.nextOffset() - offset > windowBytes;
        // A log that stopped and began anew may have left out what this replica needs.
        if (tooFar && history.writing() && offset >= history.range().startOffset()) {
            cursor.withdraw();
        }
    }

    /** Breaks off a reader whose next byte retention has dropped, unless it lies at or above {@code safeFrom}. */
    private boolean breakOffBehind(WindowedCursor cursor, long safeFrom) {
        long offset = cursor.offset();
        boolean behind = offset < history.range().startOffset() && offset < safeFrom;
        if (behind) {
            cursor.breakOff(history.whyGone(offset));
        }
        return behind;
    }

    private boolean offer(WindowedCursor cursor, long offset) {
        ReplicaCursor memory = window.open(offset, CursorRole.REPLICA, cursor.loop());
        if (memory == null) {
            return false;
        }
        cursor.offer(memory);
        return true;
    }

    // ---- sums

    private int cursors() {
        return near.size() + away.size();
    }

    private int demotedCursors() {
        int demoted = 0;
        for (WindowedCursor cursor : away) {
            WindowedCursor.Place place = cursor.place();
            if (place != WindowedCursor.Place.MEMORY && place != WindowedCursor.Place.BROKEN) {
                demoted++;
            }
        }
        return demoted;
    }

    /** From the oldest reader that has not noticed its demotion yet; its memory may be gone already. */
    private long pinnedByLoops() {
        long pinned = 0;
        for (WindowedCursor cursor : away) {
            if (!cursor.inLog()) {
                pinned = Math.max(pinned, window.nextOffset() - cursor.offset());
            }
        }
        return pinned;
    }

    private long oldestOffset() {
        long oldest = window.nextOffset();
        for (WindowedCursor cursor : near) {
            oldest = Math.min(oldest, cursor.offset());
        }
        for (WindowedCursor cursor : away) {
            oldest = Math.min(oldest, cursor.offset());
        }
        return oldest;
    }
}
