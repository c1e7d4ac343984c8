package io.replbuf.buffer;

import java.nio.ByteBuffer;

/**
 * A consumer's place in the stream, and its hold on the memory or file behind it.
 *
 * <p>Each method says who may call it: <em>loop</em> is the executor that the cursor was opened with, <em>command loop</em>
 * the buffer's owner. Usage on the loop:
 *
 * <pre>{@code
 * for (ByteBuffer slice; (slice = cursor.next(256 << 10)) != null; ) {   // null: nothing in memory; nextFile for the log
 *     int offered = slice.remaining();
 *     int taken = channel.write(slice);
 *     cursor.advance(taken);
 *     if (taken < offered) {
 *         break;                                      // the socket is full: on when it can be written to again
 *     }
 * }
 * }</pre>
 *
 * A full socket takes nothing, and the cursor then gives the same bytes again: without the break the loop would spin.
 */
public interface ReplicaCursor {
    /** {@link #broken} after the buffer was closed. */
    String CLOSED = "closed";

    /** Offset of the next byte to send: everything below it was taken by the socket. Any thread. */
    long offset();

    /** Bytes published behind this cursor; any thread. */
    long pendingBytes();

    /**
     * The next bytes from memory, contiguous. Loop.
     *
     * <p>The slice is the cursor's and valid until the next call of any method of this cursor; it must not outlive the call
     * in which it was taken, so that a kill or a demotion is exact at any byte. One that is kept shows bytes of later feeds;
     * once the buffer's extents are closed, a look at it <b>crashes the JVM</b> on JDK 17 and throws on JDK 25. Only read it:
     * other cursors read the same bytes.
     *
     * @param maxBytes most bytes to hand out, at least 1
     * @return null if there is nothing to read, if the cursor reads from the log at present, or if it is closing
     */
    ByteBuffer next(int maxBytes);

    /**
     * The next bytes from the log's file. Loop.
     *
     * @return null if there is nothing written to read, if the cursor reads from memory at present, or if it is closing.
     *     The lease on the file is the caller's, to be {@linkplain FileSlice#close() closed}
     */
    FileSlice nextFile(int maxBytes);

    /** The socket took {@code bytes} of what {@link #next} or {@link #nextFile} gave. Loop. */
    void advance(long bytes);

    /** Whether the cursor reads from the log now instead of memory. Any thread; changes only on the loop. */
    boolean inLog();

    /** Bytes that Redis' accounting attributes to this replica (omem); command loop. */
    long outputBytes();

    /** Pieces that Redis' accounting attributes to this replica (oll); command loop. */
    int outputBlocks();

    /**
     * The part of {@link #outputBytes} that an output limit is to judge; command loop. Less than all of them for a replica
     * that came back to a place which was kept for it, as long as it is given time to catch up.
     */
    default long limitedBytes() {
        return outputBytes();
    }

    /**
     * Bytes of memory that are kept for this reader alone, and go when it goes; command loop. All that is queued for it, where
     * each reader has a queue of its own.
     */
    default long ownBytes() {
        return outputBytes();
    }

    /**
     * Marks the cursor closed: {@link #next} gives nothing from now on, and its loop is asked to release it. Command loop;
     * calling it again does nothing.
     */
    void close();

    /**
     * Closes the cursor because an output limit said so: a strategy may keep the place for a while, so that the replica's
     * return is a partial resync. Command loop.
     */
    default void drop() {
        close();
    }

    /**
     * Reads from the log from now on, if that can be: the verdict {@link OutputLimit.Verdict#DEMOTE}. Command loop.
     *
     * @return false if the cursor stays where it is: it reads the log already, or there is none that could take it over
     */
    default boolean demote() {
        return false;
    }

    /** Whether the cursor's loop has let go of everything. Any thread. */
    boolean released();

    /**
     * Why the buffer cannot serve this cursor any further, in one word such as {@code gap} or {@code log-stopped}, {@value
     * #CLOSED} once the buffer is closed; null while it can. Set on the command loop, for good: the cursor then gives nothing
     * more, and its owner is to close it and to tell the replica by dropping it. Any thread.
     */
    default String broken() {
        return null;
    }
}
