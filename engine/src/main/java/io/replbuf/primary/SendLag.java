package io.replbuf.primary;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Keeps writers from outrunning the sends: bounds how far replicas are behind although their sockets would take more. Command loop.
 *
 * <p>A replica is behind for one of two reasons. Its socket is full, so the replica is slow: output limits and demotion judge that. Or
 * its loop has not come to it, so the server is slow: no replica may pay for that, and writers wait instead. A server whose one thread
 * sends before it reads on, as Redis' does, has the second kind for a turn at most.
 *
 * <pre>
 *   pending bytes
 *     │      ╱╲  granted: it had them when it began, or while its socket was full
 *     │    ╱    ╲
 *     │  ╱        ╲    ╱  ours: the stream has grown, and nothing was sent
 *     │╱            ╲╱
 *     └──full──┴──takes──▶ time
 * </pre>
 *
 * What is granted shrinks with what is pending, so a replica that catches up holds no writer back as long as it comes closer. What it
 * is behind beyond that is ours. It is bounded by the least of {@code repl-buffer-send-lag-max}, what is written in {@value
 * #STREAM_MILLIS} ms and a share of {@value #IN_ALL_BYTES} bytes, but not below {@value #BOUND_BYTES_MIN} bytes, so that a send is worth
 * its call. Where an output limit or a window is nearer than that, its half is the bound.
 *
 * <p>Up to half of the bound writers are free. Beyond it they write as much as is sent, so that they go on evenly instead of in bursts.
 * A look costs a glance at every replica: there is none before the stream has grown by what the look before has left.
 */
final class SendLag {
    static final int STREAM_MILLIS = 20;
    static final long BOUND_BYTES_MIN = 256 << 10;

    /**
     * Over all replicas. More does not stay in the processor's caches between the copy into a socket and the copy out of it: With a
     * bound of 4 MiB 32 replicas followed 40,000 writes of 1 KiB a second, with one of 256 KiB 67,000 (results/README.md).
     */
    static final long IN_ALL_BYTES = 8 << 20;

    private static final long STREAM_NANOS = TimeUnit.MILLISECONDS.toNanos(STREAM_MILLIS);

    /** A replica that has taken nothing for so long counts as slow even if its socket is not known to be full: writers go on. */
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LongSupplier nanoClock;
    private final LongSupplier nearestBytes;
    private final Consumer<SendLag> survey;
    private final long boundBytesMax;

    /** Before the stream is here, no look is needed. */
    private long freeUntil;

    private boolean behind;
    private long times;
    private long nanos;
    private long behindSinceNanos;

    // Of the last look.
    private long now;
    private int replicas;
    private long worstBytes;
    private long takenBytes;

    // The stream's rate, from one mark to the next.
    private long markOffset;
    private long markNanos;
    private long bytesInStreamMillis;

    /** What is remembered of one replica from look to look. */
    static final class Share {
        /** What it may be behind for reasons of its own. */
        private long grantedBytes = Long.MAX_VALUE;

        private long seenOffset = -1;
        private long movedNanos;

        /** What it was sent since the look before. */
        private long taken(long offset, long pendingBytes, long now) {
            long taken = seenOffset < 0 ? 0 : offset - seenOffset;
            if (offset != seenOffset || pendingBytes == 0) {
                movedNanos = now;
            }
            seenOffset = offset;
            return taken;
        }

        /** Of what is pending, the part that we owe it. */
        private long ours(long pendingBytes, boolean socketFull, long now) {
            boolean slow = socketFull || now - movedNanos >= STUCK_NANOS;
            grantedBytes = slow ? pendingBytes : Math.min(grantedBytes, pendingBytes);
            return pendingBytes - grantedBytes;
        }
    }

    /**
     * @param nearestBytes from how many bytes on a replica may be dropped or demoted, now
     * @param survey calls {@link #see} for each replica that is sent to from memory
     * @param boundBytesMax 0 without a bound
     */
    SendLag(
            LongSupplier nanoClock,
            LongSupplier nearestBytes,
            Consumer<SendLag> survey,
            long boundBytesMax) {
        this.nanoClock = nanoClock;
        this.nearestBytes = nearestBytes;
        this.survey = survey;
        this.boundBytesMax = boundBytesMax;
        this.markNanos = nanoClock.getAsLong();
        changed();
    }

    /** A replica begins to be sent to, or limits have changed: the next question is a look. */
    void changed() {
        freeUntil = boundBytesMax == 0 ? Long.MAX_VALUE : 0;
    }

    /** Whether writers are to wait, the stream being at {@code nextOffset}. Once they do, only {@link #look} lets them go on. */
    boolean holds(long nextOffset) {
        return behind || nextOffset >= freeUntil && look(nextOffset);
    }

    /** The same after another look, if writers were to wait at the last: one that is gone must not leave them waiting in the books. */
    boolean stillHolds(long nextOffset) {
        return behind && look(nextOffset);
    }

    /** Looks at every replica. True if writers are to wait. */
    boolean look(long nextOffset) {
        if (boundBytesMax == 0) {
            return false;
        }
        now = nanoClock.getAsLong();
        replicas = 0;
        worstBytes = 0;
        takenBytes = 0;
        survey.accept(this);
        long free = freeBytes(boundBytes(nextOffset));
        freeUntil = nextOffset + free;
        note(free == 0);
        return behind;
    }

    /** One replica, during a look. */
    void see(Share share, long offset, long pendingBytes, boolean socketFull) {
        replicas++;
        takenBytes += share.taken(offset, pendingBytes, now);
        worstBytes = Math.max(worstBytes, share.ours(pendingBytes, socketFull, now));
    }

    private long boundBytes(long nextOffset) {
        if (now - markNanos >= STREAM_NANOS) {
            double written = nextOffset - markOffset;
            bytesInStreamMillis = (long) (written * STREAM_NANOS / (now - markNanos));
            markOffset = nextOffset;
            markNanos = now;
        }
        long wanted = Math.min(bytesInStreamMillis, IN_ALL_BYTES / Math.max(replicas, 1));
        long bound = Math.min(Math.max(wanted, BOUND_BYTES_MIN), boundBytesMax);
        return Math.max(Math.min(bound, nearestBytes.getAsLong() / 2), 1);
    }

    /** What may be written before the next look. */
    private long freeBytes(long bound) {
        long half = (bound + 1) / 2;
        if (worstBytes < half) {
            return half - worstBytes;
        }
        long sentToEach = takenBytes / Math.max(replicas, 1);
        return Math.max(Math.min(sentToEach, bound - worstBytes), 0);
    }

    private void note(boolean nowBehind) {
        if (nowBehind && !behind) {
            times++;
            behindSinceNanos = now;
        } else if (!nowBehind && behind) {
            nanos += now - behindSinceNanos;
        }
        behind = nowBehind;
    }

    /** How far the worst was behind by our doing at the last look, in bytes. */
    long worstBytes() {
        return worstBytes;
    }

    /** How often writers began to wait. */
    long times() {
        return times;
    }

    /** For how long they have waited. */
    long millis() {
        long open = behind ? nanoClock.getAsLong() - behindSinceNanos : 0;
        return TimeUnit.NANOSECONDS.toMillis(nanos + open);
    }
}
