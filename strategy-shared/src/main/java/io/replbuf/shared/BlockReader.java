package io.replbuf.shared;

import java.nio.ByteBuffer;

/**
 * A cursor's way to the bytes: where a stretch of the stream lies in the chain's memory.
 *
 * <p>Owned by the cursor's loop. Looks up only published bytes at or above the cursor's position, whose blocks are pinned.
 */
interface BlockReader {
    /**
     * @param bytes wanted from {@code from} on, at least 1, all published
     * @return 1 to {@code bytes} of them, a view that the next call changes; anything, also null, if the cursor is closed
     *     meanwhile
     */
    ByteBuffer slice(long from, int bytes);

    /** Whether the move to {@code to} led to another block, so that the pin should follow. */
    boolean moved(long to);

    /** Drops the views. */
    void letGo();
}
