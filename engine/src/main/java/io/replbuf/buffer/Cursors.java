package io.replbuf.buffer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The cursors of a buffer that holds the stream in memory: the open ones, and the closing ones, whose loop has yet to release
 * them.
 *
 * <p>All of it is the command loop's, but for the queue inside, which a cursor's loop enters when the cursor has moved or was
 * released.
 *
 * <pre>
 *          add               the cursor's close             drain, after the release
 *   new ─────────▶ open ──────────────────────▶ closing ──────────────────────────▶ forgotten
 *                   │ ▲
 *                   └─┘ drain, after a move: noticed
 * </pre>
 */
public final class Cursors<C extends MemoryCursor> {
    private final CursorQueue queue = new CursorQueue();
    private final List<C> open = new ArrayList<>();
    private final List<C> closing = new ArrayList<>();

    /**
     * Checks what {@link ReplicationBuffer#open} was given.
     *
     * @throws IllegalArgumentException if one of both is null
     */
    public static void requireOpenable(CursorRole role, Executor loop) {
        BufferContext.require("role", role, "REPLICA or LOG");
        BufferContext.require("loop", loop, "an Executor");
    }

    public void add(C cursor) {
        cursor.index = open.size();
        open.add(cursor);
    }

    /** How many are open. */
    public int open() {
        return open.size();
    }

    /**
     * An open one; in no order, and another after a close.
     *
     * @param index 0 to {@link #open()} - 1
     */
    public C open(int index) {
        return open.get(index);
    }

    /** How many are closing. */
    public int closing() {
        return closing.size();
    }

    /**
     * A closing one.
     *
     * @param index 0 to {@link #closing()} - 1
     */
    public C closing(int index) {
        return closing.get(index);
    }

    /** The lowest offset of an open one; {@code nextOffset} without any. */
    public long oldestOffset(long nextOffset) {
        long oldest = nextOffset;
        for (int i = 0; i < open.size(); i++) {
            oldest = Math.min(oldest, open.get(i).offset());
        }
        return oldest;
    }

    /** The same without {@code but}. */
    public long oldestOffsetBut(C but, long nextOffset) {
        long oldest = nextOffset;
        for (int i = 0; i < open.size(); i++) {
            C cursor = open.get(i);
            oldest = cursor == but ? oldest : Math.min(oldest, cursor.offset());
        }
        return oldest;
    }

    /**
     * What keeps the memory that a feed lacks, as far as the cursors tell; to be read behind the words of a {@link
     * BufferExhaustedException}.
     *
     * @param keptBytes what the buffer keeps of the stream without any cursor
     * @param unsettledBytes fed since the last turn
     * @return empty if it is none of theirs
     */
    public String holding(long nextOffset, long keptBytes, long unsettledBytes) {
        StringBuilder text = new StringBuilder();
        long oldest = oldestOffset(nextOffset);
        if (nextOffset - oldest > keptBytes) {
            text.append("; the cursor at ").append(oldest).append(" pins ");
            text.append(mebibytes(nextOffset - oldest));
        }
        if (unsettledBytes > keptBytes) {
            text.append("; no turn since ").append(mebibytes(unsettledBytes)).append(" were fed");
        }
        if (!closing.isEmpty()) {
            text.append("; closed cursors that their loops have not released: ");
            text.append(closing.size());
        }
        return text.toString();
    }

    private static String mebibytes(long bytes) {
        return bytes < 1 << 20 ? bytes + " bytes" : (bytes >> 20) + " MiB";
    }

    /** Bytes handed to sends that have not returned, also those of closing ones. */
    public long inFlightBytes() {
        long bytes = 0;
        for (int i = 0; i < open.size(); i++) {
            bytes += open.get(i).inFlightBytes();
        }
        for (int i = 0; i < closing.size(); i++) {
            bytes += closing.get(i).inFlightBytes();
        }
        return bytes;
    }

    /** Takes notice of those that moved or were released since the last time; the work does not grow with idle ones. */
    public void drain() {
        queue.drain();
    }

    /** Closes all that are open, because the buffer is closed; forgets those that are released by then. */
    public void closeAll() {
        while (!open.isEmpty()) {
            C cursor = open.get(open.size() - 1);
            cursor.bufferClosed();
            cursor.close();
        }
        drain();
    }

    /**
     * Has all that are closing forgotten by the loop that releases last, or here if all have released: for a buffer that is closed
     * and drains no more. Memory that they have kept is that loop's from now on.
     */
    public void forgetWhenReleased() {
        AtomicInteger sending = new AtomicInteger(closing.size());
        Runnable released =
                () -> {
                    if (sending.decrementAndGet() == 0) {
                        closing.forEach(MemoryCursor::forgotten);
                    }
                };
        closing.forEach(cursor -> cursor.afterRelease(released));
    }

    /** The cursor has moved or was released; any thread. */
    void enqueue(MemoryCursor cursor) {
        queue.add(cursor);
    }

    /** An open one was closed. */
    void closed(MemoryCursor cursor) {
        C moved = open.remove(open.size() - 1);
        if (moved == cursor) {
            closing.add(moved);
        } else {
            closing.add(open.set(cursor.index, moved));
            moved.index = cursor.index;
        }
    }

    /** A closing one was released. */
    void released(MemoryCursor cursor) {
        if (closing.remove(cursor)) {
            cursor.forgotten();
        }
    }
}
