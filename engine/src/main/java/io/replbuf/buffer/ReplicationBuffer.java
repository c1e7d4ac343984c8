package io.replbuf.buffer;

import io.replbuf.stream.StreamRange;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/**
 * What a primary holds of its replication stream: fed once, read by every consumer through a cursor of its own.
 *
 * <p>All methods are for the command loop. Offsets follow {@link StreamRange}: half open, the first byte is 1.
 *
 * <p><b>A caller owes</b>: (1) one thread; (2) a {@link #turn} after the events of each of its loop's turns in which it fed,
 * or in which cursors progressed; (3) for each cursor one loop that runs what is handed to it, until the cursor is {@linkplain
 * ReplicaCursor#released() released}.
 *
 * <p><b>It gets</b>: (1) retained bytes are contiguous and identical for every cursor; (2) no byte at or above an
 * open cursor is lost, unless {@link #limit} said so or the cursor's {@link ReplicaCursor#broken broken()} says why; (3) no method waits for a socket, a disk or a lock, and the work of each is
 * bounded by the bytes handed in or by the maximum given.
 */
public interface ReplicationBuffer extends AutoCloseable {
    /**
     * Appends all remaining bytes of {@code bytes} to the stream.
     *
     * @return nextOffset behind them
     * @throws BufferExhaustedException if no memory is to be had; nothing of {@code bytes} was appended
     */
    long feed(ByteBuffer bytes);

    /**
     * Moves the stream forward without keeping anything: what a write costs while nobody reads and no backlog is wanted.
     *
     * @param bytes how many bytes were not kept, at least 0
     * @return nextOffset behind them, which is then startOffset, too
     * @throws IllegalStateException if a cursor is open
     */
    long skip(long bytes);

    /** What a new cursor may ask for: any offset that {@link StreamRange#continues continues} this range. */
    StreamRange coverage();

    /** Offset of the byte to be fed next. */
    long nextOffset();

    /**
     * Opens a cursor at {@code offset}.
     *
     * @param role what it is for; only replicas are demoted or counted as laggards
     * @param loop runs the cursor's half of closing and demotion; calls {@link ReplicaCursor#next} and the like
     * @return null if the offset is not covered
     * @throws IllegalArgumentException if role or loop is null
     */
    ReplicaCursor open(long offset, CursorRole role, Executor loop);

    /**
     * Ends a turn of the command loop: takes notice of the cursors that moved, demotes, recycles and trims.
     *
     * @param maxBlocks most blocks to trim now, at least 1
     * @return true if trimming was left undone, so that another turn is wanted without traffic
     */
    boolean turn(int maxBlocks);

    /**
     * Where {@link #coverage} would begin at the latest if this cursor were closed: what its reader could ask for when it comes
     * back. The work may grow with the number of cursors.
     *
     * @param cursor open, of this buffer
     */
    default long startWithout(ReplicaCursor cursor) {
        return coverage().startOffset();
    }

    /** Changes how much of the stream is kept for partial resyncs; in bytes, at least 1. */
    void resizeBacklog(long backlogBytes);

    /** Forgets the backlog: coverage starts at the oldest cursor, or at nextOffset without one. */
    void dropBacklog();

    /** This strategy's reading of the output limits that were configured. */
    OutputLimit limit(LimitConfig config);

    /** The ledger, exact at this moment. */
    BufferStats stats();

    /** Closes every cursor, which then says {@link ReplicaCursor#CLOSED}, and gives all memory back as their loops release it. */
    @Override
    void close();
}
