package io.replbuf.log;

import io.replbuf.stream.StreamRange;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A contiguous stretch of the stream on disk, from where the log began (or began anew) to where it is or stopped.
 *
 * <p>The log's thread writes; any thread reads. A reader looks at the written offset before the table, the writer publishes
 * a new segment's table before the first byte written to it, so a byte seen as written is always found.
 */
final class Run {
    private static final VarHandle WRITTEN;

    static {
        try {
            WRITTEN = MethodHandles.lookup().findVarHandle(Run.class, "written", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile SegmentTable table;

    private volatile long startOffset;

    /** Behind the last segment whose file lacks bytes; 0 without such. */
    private volatile long lostBelow;

    /** What is below is about to be dropped: no new hold is granted there. */
    private volatile long claimedOffset;

    /** The syncer's, under its lock: no offset of this run is called synced any more. */
    boolean forceFailed;

    private long written;
    private volatile long synced;

    /** Behind what start-up would find, which is another run, until a base lets it find this one; -1 from then on. */
    private volatile long foundInstead = -1;

    /** With nothing written yet to the table's last segment. */
    Run(SegmentTable table) {
        this.table = table;
        startOffset = table.startOffset();
        claimedOffset = startOffset;
        written = table.last().startOffset;
        synced = written;
    }

    SegmentTable table() {
        return table;
    }

    void table(SegmentTable changed) {
        table = changed;
    }

    long startOffset() {
        return startOffset;
    }

    /** The table begins here now; what is readable may begin behind that. Log thread. */
    synchronized void startOffset(long offset) {
        startOffset = Math.max(startOffset, offset);
    }

    /**
     * A segment's file lacks bytes that were written: the stretch begins behind it, for good. Any thread.
     *
     * @return false if that was known
     */
    synchronized boolean lost(Segment segment) {
        long behind = Math.min(segment.nextOffset(), written());
        if (behind <= startOffset) {
            return false;
        }
        lostBelow = behind;
        startOffset = behind;
        return true;
    }

    /** Whether the byte at {@code offset} is gone because a file lacks it, or one between it and what is kept. Any thread. */
    boolean isLost(long offset) {
        return offset < lostBelow;
    }

    long claimedOffset() {
        return claimedOffset;
    }

    void claim(long offset) {
        claimedOffset = offset;
    }

    /** Offset behind the last byte that is in a file. */
    long written() {
        return (long) WRITTEN.getAcquire(this);
    }

    void written(long offset) {
        WRITTEN.setRelease(this, offset);
    }

    /** Behind what survives a crash. */
    long synced() {
        long other = foundInstead;
        return other >= 0 ? other : synced;
    }

    /** Whether start-up would find what is written here. */
    boolean isFound() {
        return foundInstead < 0;
    }

    /** Before it is published: start-up would find another run, up to {@code offset}, and nothing of this. */
    void notFoundYet(long offset) {
        foundInstead = offset;
    }

    /** From now on it would. True if that is news. */
    synchronized boolean found() {
        boolean news = foundInstead >= 0;
        foundInstead = -1;
        return news;
    }

    /**
     * Moves the synced offset, never back. The disk thread, but for the end of the log, when both may meet here. True if more
     * survives a crash now.
     */
    synchronized boolean advanceSynced(long offset) {
        if (offset <= synced) {
            return false;
        }
        synced = offset;
        return foundInstead < 0;
    }

    StreamRange range() {
        // In this order: the start never passes what was written before it was read.
        long start = startOffset;
        return new StreamRange(start, written());
    }

    /** Bytes of the files in the table. */
    long fileBytes() {
        long end = written();
        return Math.max(0, end - table.startOffset());
    }

    SegmentLease lease(long offset, int maxBytes, AtomicInteger open) {
        long end = written();
        if (offset >= end || offset < startOffset) {
            return null;
        }
        Segment segment = table.find(offset);
        if (segment == null || !segment.tryRetain()) {
            return null;
        }
        long count = Math.min(Math.min(end, segment.nextOffset()) - offset, maxBytes);
        return new SegmentLease(segment, offset - segment.startOffset, (int) count, open);
    }
}
