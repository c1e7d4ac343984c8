package io.replbuf.primary;

import io.netty.channel.FileRegion;
import io.replbuf.buffer.ReplicaCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A quantum of the stream from memory, as Netty sends it: each {@link #transferTo} asks the cursor for its next slice and
 * advances it by what the socket took.
 *
 * <p>One per session, used again for every quantum, on the session's loop only. No slice outlives the call in which it was
 * taken, so Netty never owns a replica's backlog: what is not in the socket is still only a position, and a kill or a
 * demotion is exact at any byte. Reference counts mean nothing here, since nothing is held.
 *
 * <p>It ends (count = transferred, which Netty takes as "all done") when the quantum is used up, when the cursor is caught
 * up, or when it is closing or went to the log.
 */
final class CursorRegion implements FileRegion {
    private final ReplicaCursor cursor;
    private final int callBytes;
    private final Listener listener;
    private SendCounters counters;
    private long transferred;
    private long count;
    private boolean socketFull;

    /**
     * @param callBytes most bytes a call offers the socket
     */
    CursorRegion(ReplicaCursor cursor, int callBytes, Listener listener) {
        this.callBytes = callBytes;
        this.cursor = cursor;
        this.listener = listener;
    }

    /** Told on the session's loop. */
    interface Listener {
        /** Whether the socket took less than it was offered: it tells when it would take more. */
        void socketFull(boolean full);

        /** In the call that ends the region; must not write to the channel in it. */
        void ended();
    }

    /**
     * Makes the region ready to be written once more.
     *
     * @param loopCounters of the loop that it will be written on
     */
    CursorRegion begin(long quantumBytes, SendCounters loopCounters) {
        counters = loopCounters;
        transferred = 0;
        count = quantumBytes;
        socketFull = false;
        return this;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        if (socketFull) {
            // The last call took less than it was offered: asking again at once would only buy an
            // EAGAIN.
            socketFull = false;
            return 0;
        }
        ByteBuffer slice = cursor.next((int) Math.min(callBytes, count - transferred));
        if (slice == null) {
            end();
            return 0;
        }
        int offered = slice.remaining();
        int taken = target.write(slice);
        if (taken > 0) {
            cursor.advance(taken);
            transferred += taken;
        }
        counters.sent(Math.max(taken, 0), taken < offered);
        listener.socketFull(taken < offered);
        if (taken == offered && (transferred >= count || cursor.pendingBytes() == 0)) {
            end();
        } else {
            socketFull = taken > 0 && taken < offered;
        }
        return taken;
    }

    private void end() {
        count = transferred;
        listener.ended();
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    @SuppressWarnings("deprecation") // of the interface
    public long transfered() {
        return transferred;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public int refCnt() {
        return 1;
    }

    @Override
    public FileRegion retain() {
        return this;
    }

    @Override
    public FileRegion retain(int increment) {
        return this;
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }

    @Override
    public boolean release() {
        return false;
    }

    @Override
    public boolean release(int decrement) {
        return false;
    }
}
