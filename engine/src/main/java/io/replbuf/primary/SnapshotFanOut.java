package io.replbuf.primary;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends one RDB, as it is being made, to every replica that waited for it.
 *
 * <p>The snapshot's thread writes and is held back by the slowest replica, so no more than {@link #MAX_AHEAD_BYTES} are ever
 * in the air, whatever the RDB's size; each piece is copied once and shared by all. It waits before the first until {@link
 * #begin}. Members leave on the command loop; when the
 * last has left, or on close, the writer gets an IOException, which ends the snapshot.
 */
final class SnapshotFanOut implements WritableByteChannel {
    static final int MAX_AHEAD_BYTES = 4 << 20;

    private final List<ReplicaSession> members;
    private int aheadBytes;
    private boolean begun;
    private boolean open = true;

    SnapshotFanOut(List<ReplicaSession> members) {
        this.members = new ArrayList<>(members);
    }

    /** The members have been told that an RDB follows, and it may. */
    synchronized void begin() {
        begun = true;
        notifyAll();
    }

    synchronized boolean begun() {
        return begun;
    }

    /** A replica was lost. */
    synchronized void leave(ReplicaSession session) {
        members.remove(session);
        notifyAll();
    }

    /** Whether another member has yet to take what it was given. */
    synchronized boolean waitsForOtherThan(ReplicaSession session) {
        return begun
                && members.stream().anyMatch(member -> member != session && !member.hasTakenAll());
    }

    synchronized boolean isEmpty() {
        return members.isEmpty();
    }

    synchronized List<ReplicaSession> members() {
        return List.copyOf(members);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int length = source.remaining();
        List<ReplicaSession> receivers;
        synchronized (this) {
            while (open && !members.isEmpty() && (!begun || isFull(length))) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
            if (!open) {
                throw new IOException("transfer was ended");
            }
            if (members.isEmpty()) {
                throw new IOException("last replica dropped");
            }
            aheadBytes += length;
            receivers = List.copyOf(members);
        }
        // One copy for all: the writer reuses its buffer at once.
        ByteBuf piece = Unpooled.directBuffer(length).writeBytes(source);
        AtomicInteger left = new AtomicInteger(receivers.size());
        for (ReplicaSession receiver : receivers) {
            ByteBuf share = piece.retainedDuplicate();
            receiver.handed(length);
            receiver.onLoop(
                    () ->
                            receiver.channel()
                                    .writeAndFlush(share)
                                    .addListener(
                                            done -> {
                                                if (done.isSuccess()) {
                                                    receiver.transferred.addAndGet(length);
                                                    receiver.loop().counters().sentSnapshot(length);
                                                }
                                                if (left.decrementAndGet() == 0) {
                                                    taken(length);
                                                }
                                            }));
        }
        piece.release();
        return length;
    }

    private boolean isFull(int length) {
        return aheadBytes > 0 && aheadBytes + length > MAX_AHEAD_BYTES;
    }

    private synchronized void taken(int length) {
        aheadBytes -= length;
        notifyAll();
    }

    @Override
    public synchronized boolean isOpen() {
        return open;
    }

    @Override
    public synchronized void close() {
        open = false;
        notifyAll();
    }
}
