package io.replbuf.buffer;

import io.replbuf.stream.StreamRange;

/**
 * A range of the stream that is kept elsewhere than in the buffer: for a server, its log on disk.
 *
 * <p>Any thread. The range grows at its end as bytes are written and shrinks at its start by retention.
 */
public interface StreamHistory {
    /** {@link #whyGone}: retention dropped it. */
    String GAP = "gap";

    /** What can be read now; its nextOffset is the written offset. */
    StreamRange range();

    /** Whether the history still takes new bytes; when false its range's end stands still for good. */
    boolean writing();

    /**
     * A stretch from {@code offset} on, as long as the file and {@code maxBytes} allow.
     *
     * @return null if nothing is there to be read at the offset (yet, or any more: see {@link #range})
     */
    FileSlice lease(long offset, int maxBytes);

    /**
     * Why the byte at {@code offset}, which is below the range, cannot be read any more, in one word such as {@value #GAP}.
     */
    default String whyGone(long offset) {
        return GAP;
    }

    /**
     * Keeps everything from {@code offset} on from being dropped by retention, until moved or closed; the absolute cap of
     * the disk wins over it. The offset may be ahead of what is written.
     *
     * @return null if the history does not go back to the offset (any more)
     */
    Hold hold(long offset);

    /**
     * Every byte below survives a crash of the machine: what {@code fsync} has covered, at most the range's nextOffset.
     * Never goes back.
     *
     * @return the range's nextOffset where the history knows no difference between written and synced
     */
    default long syncedOffset() {
        return range().nextOffset();
    }

    /** Where the range would begin at the latest if no reader held any of it. */
    default long keptFrom() {
        return range().startOffset();
    }

    /** Bytes of all files; for the ledger. */
    long fileBytes();

    /** A reader's claim on the history from an offset on. */
    interface Hold extends AutoCloseable {
        /** Releases what is below {@code offset}; never goes back. */
        void moveTo(long offset);

        @Override
        void close();
    }
}
