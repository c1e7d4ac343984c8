package io.replbuf.harness.simulation;

import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.primary.LimitWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * One connection of a replica: sends as the server's sender does, and compares every byte that the socket takes.
 *
 * <p>A send of memory begins with a slice and ends, some steps of others later, with what the socket took: in between the
 * command loop may feed, trim, demote or close. A send of the log leaves its loop free meanwhile, as a file region does.
 */
final class Session {
    private static final int SLICE_BYTES = 256 << 10;

    private final World world;
    private final SimulatedPrimary primary;
    final Follower follower;
    final ReplicaLoop loop;
    final SimulatedLink link;
    final LimitWatch limitWatch = new LimitWatch();

    // The command loop's.
    ReplicaCursor cursor;
    long snapshotOffset = -1;
    boolean online;
    boolean ended;

    // The loop's.
    boolean queued;
    private boolean stopped;
    private boolean waitsForLog;
    private boolean waitsForRoom;
    private boolean openedInLog;
    private long sentOffset;
    private long gapBytes;
    private ByteBuffer memory;
    private FileSlice file;

    Session(
            World world,
            SimulatedPrimary primary,
            Follower follower,
            ReplicaLoop loop,
            SimulatedLink link) {
        this.world = world;
        this.primary = primary;
        this.follower = follower;
        this.loop = loop;
        this.link = link;
    }

    void opened(ReplicaCursor opened) {
        cursor = opened;
        openedInLog = opened.inLog();
        sentOffset = opened.offset();
        gapBytes = opened.pendingBytes();
    }

    /** What the replica lacked when its cursor was opened. */
    long gapBytes() {
        return gapBytes;
    }

    /** Offset of the next byte for the socket. */
    long sentOffset() {
        return sentOffset;
    }

    boolean isSending() {
        return memory != null || file != null;
    }

    // ---- loop

    /** Bytes were written to the log. */
    void logWritten() {
        if (waitsForLog) {
            waitsForLog = false;
            loop.consider(this);
        }
    }

    void send() {
        if (stopped || !online) {
            return;
        }
        if (file != null) {
            endFile(false);
            return;
        }
        if (cursor.pendingBytes() == 0) {
            return;
        }
        if (link.room(world.scheduler.nanoTime()) <= 0) {
            waitForRoom();
            return;
        }
        boolean whole = world.random.nextInt(world.plan.splitSendsOneIn()) > 0;
        int most = whole ? SLICE_BYTES : 1 + world.random.nextInt(4096);
        if (cursor.inLog()) {
            beginFile(most);
        } else {
            beginMemory(most, whole);
        }
    }

    private void beginMemory(int most, boolean whole) {
        memory = cursor.next(most);
        if (memory == null) {
            if (cursor.inLog()) {
                loop.consider(this);
            }
            return;
        }
        primary.checkPlace(this, openedInLog);
        if (whole) {
            finishSend();
        } else {
            loop.inSend(this);
        }
    }

    private void beginFile(int most) {
        file = cursor.nextFile(most);
        if (file == null) {
            waitsForLog = cursor.inLog();
            if (!waitsForLog) {
                // It changed back to memory when it was asked.
                loop.consider(this);
            }
        } else if (world.random.nextInt(world.plan.splitSendsOneIn()) > 0) {
            endFile(false);
        } else {
            loop.consider(this);
        }
    }

    /** The socket has taken some of the slice in hand, or none if the link was cut meanwhile. */
    void finishSend() {
        ByteBuffer slice = memory;
        memory = null;
        int n = taken(slice.remaining());
        slice.limit(slice.position() + n);
        world.verify(this, sentOffset, slice);
        took(n);
    }

    private void endFile(boolean cut) {
        FileSlice slice = file;
        file = null;
        int n = cut ? world.random.nextInt(slice.count() + 1) : taken(slice.count());
        world.verify(this, sentOffset, read(slice, n));
        slice.close();
        took(n);
    }

    private void took(int n) {
        world.trace(
                () -> follower + (cursor.inLog() ? " log " : " sent ") + n + " from " + sentOffset);
        cursor.advance(n);
        sentOffset += n;
        primary.checkMayHave(follower.toString(), sentOffset);
        link.accept(n);
        world.progressed(this, n);
        if (!stopped && cursor.pendingBytes() > 0) {
            loop.consider(this);
        }
    }

    private int taken(int offered) {
        int room = stopped ? 0 : Math.max(link.room(world.scheduler.nanoTime()), 0);
        int n = Math.min(offered, room);
        boolean part = n > 0 && world.random.nextInt(world.plan.splitSendsOneIn() * 2) == 0;
        return part ? world.random.nextInt(n + 1) : n;
    }

    private ByteBuffer read(FileSlice slice, int n) {
        ByteBuffer into = world.scratch(n);
        try {
            while (into.hasRemaining()) {
                if (slice.channel().read(into, slice.position() + into.position()) < 0) {
                    throw new Violation(
                            "file slice of "
                                    + slice.count()
                                    + " bytes at "
                                    + sentOffset
                                    + " ends after "
                                    + into.position());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a leased file cannot be read", e);
        }
        return into.flip();
    }

    private void waitForRoom() {
        long nanos = link.nanosToRoom();
        if (nanos >= 0 && !waitsForRoom) {
            waitsForRoom = true;
            world.scheduler.after(
                    nanos,
                    () -> {
                        waitsForRoom = false;
                        loop.consider(this);
                    });
        }
    }

    /** The connection is gone: nothing more is sent, and the command loop is told. */
    void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        if (file != null) {
            endFile(true);
        }
        leave();
        world.commandLoop.execute(() -> world.sessionEnded(this));
    }

    /** The process died in the middle of whatever it did. */
    void die() {
        if (!stopped) {
            stopped = true;
            leave();
        }
        memory = null;
        if (file != null) {
            file.close();
            file = null;
        }
    }

    /** Any part of what the socket took and had not delivered yet is lost. */
    private void leave() {
        if (online) {
            long unsure =
                    Math.min(link.inFlightBytes(world.scheduler.nanoTime()), Integer.MAX_VALUE);
            long least = Math.max(follower.nextOffset, sentOffset - unsure);
            follower.nextOffset = least + world.random.nextLong(sentOffset - least + 1);
        }
        follower.session = null;
        world.away(follower);
    }
}
