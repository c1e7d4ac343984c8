package io.replbuf.primary;

import io.netty.channel.EventLoop;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop with the senders of the replicas whose sockets it owns.
 *
 * <p>{@link #fed} is for the command loop, {@link #logWritten} for the log's thread, {@link #wake} for any thread; everything else
 * happens on the loop.
 *
 * <p>A wake-up costs a system call and a look at every sender, so there is none while one is under way, nor while the loop has
 * set itself a deadline and little has come since. The deadline looks at everything, so nothing is lost: the loop clears {@link
 * #armed} before it looks at offsets, the feeder publishes offsets before it looks at {@link #armed}, each with a full fence
 * between.
 *
 * <p>A sender that is far behind is served neither by wake-ups nor by the deadline, but from the queue.
 */
final class ReplicaLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaLoop.class);

    /**
     * After this long of the queue the loop looks at its sockets: one or two calls of 256 KiB. A client's command, or a replica that
     * has just come, waits no longer, however many catch up; the look costs a hundredth of it.
     */
    private static final long STRETCH_NANOS = 250_000;

    private final EventLoop eventLoop;
    private final LongSupplier nanoClock;
    private final SendCounters counters = new SendCounters();
    private final List<ReplicaSender> senders = new ArrayList<>();

    /** Those who have had their quantum and have more to send: served in turn, a stretch at a time. */
    private final ArrayDeque<ReplicaSender> queue = new ArrayDeque<>();

    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicLong failures = new AtomicLong();
    private final SendPace pace = new SendPace();
    private final Runnable considerAll = this::considerAll;
    private final Runnable deadlineReached = this::deadlineReached;
    private final Runnable serveQueue = this::serveQueue;
    private boolean queueAsked;
    private volatile boolean armed;
    private volatile boolean waitsForLog;
    private long fedAtWakeUp;

    /** Behind the last byte that a WAIT is about; written by the command loop. */
    private volatile long awaitedOffset;

    private int sends;

    ReplicaLoop(EventLoop eventLoop, LongSupplier nanoClock) {
        this.eventLoop = eventLoop;
        this.nanoClock = nanoClock;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    SendCounters counters() {
        return counters;
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    /** How long a replica's small sends are to gather, at most {@code mostNanos}. The loop. */
    long delayNanos(long mostNanos) {
        return pace.delayNanos(senders.size(), mostNanos);
    }

    /** A sender makes a call in this round. The loop. */
    void sending() {
        sends++;
    }

    /** What is below {@code nextOffset}, published before this call, is awaited: it is sent without gathering. Command loop. */
    void awaited(long nextOffset) {
        awaitedOffset = nextOffset;
        fedAtWakeUp = nextOffset;
        wake();
    }

    /** Whether a WAIT is about bytes that a replica at {@code offset} lacks. The loop. */
    boolean isAwaited(long offset) {
        return offset < awaitedOffset;
    }

    /** The stream has grown to {@code nextOffset}, published before this call. Command loop. */
    void fed(long nextOffset) {
        VarHandle.fullFence();
        if (!armed || nextOffset - fedAtWakeUp >= ReplicaSender.ENOUGH_BYTES) {
            fedAtWakeUp = nextOffset;
            wake();
        }
    }

    /** The log has grown, published before this call. The log's thread. */
    void logWritten() {
        VarHandle.fullFence();
        if (waitsForLog) {
            waitsForLog = false;
            wake();
        }
    }

    /** A sender found nothing written to read; it must look again after this, lest it miss what came between. */
    void waitForLog() {
        waitsForLog = true;
        VarHandle.fullFence();
    }

    /** There may be something to send. */
    void wake() {
        if (!woken.get() && woken.compareAndSet(false, true)) {
            eventLoop.execute(considerAll);
        }
    }

    void add(ReplicaSender sender) {
        senders.add(sender);
    }

    void remove(ReplicaSender sender) {
        senders.remove(sender);
        queue.remove(sender);
    }

    /** The sender has more to send, after the others and a look at the sockets. The loop. */
    void queue(ReplicaSender sender) {
        queue.add(sender);
        askForQueue();
    }

    private void askForQueue() {
        if (!queueAsked && !queue.isEmpty()) {
            queueAsked = true;
            // Not execute(): what a task asks for may run before sockets are looked at.
            eventLoop.schedule(serveQueue, 1, TimeUnit.NANOSECONDS);
        }
    }

    private void serveQueue() {
        queueAsked = false;
        long begun = nanoClock.getAsLong();
        long now = begun;
        for (int left = queue.size(); left > 0 && now - begun < STRETCH_NANOS; left--) {
            ReplicaSender sender = queue.remove();
            try {
                sender.sendOn(now);
            } catch (RuntimeException e) {
                closeFailed(sender, e);
            }
            now = nanoClock.getAsLong();
        }
        askForQueue();
    }

    /** Exceptions that a sender or a session's task ended with: 0 in a healthy server. */
    long failures() {
        return failures.get();
    }

    void failed() {
        failures.incrementAndGet();
    }

    private void closeFailed(ReplicaSender sender, RuntimeException e) {
        failed();
        LOG.error("Sending to replica {} failed, closing it", sender.address(), e);
        sender.fail();
    }

    private void deadlineReached() {
        armed = false;
        considerAll();
    }

    private void considerAll() {
        // Cleared first: what is fed from here on wakes us again.
        woken.set(false);
        VarHandle.fullFence();
        long now = nanoClock.getAsLong();
        long earliest = Long.MAX_VALUE;
        sends = 0;
        for (int i = 0; i < senders.size(); i++) {
            ReplicaSender sender = senders.get(i);
            try {
                earliest = Math.min(earliest, sender.consider(now));
            } catch (RuntimeException e) {
                closeFailed(sender, e);
            }
        }
        long after = now;
        if (sends > 0) {
            after = nanoClock.getAsLong();
            pace.measured(sends, after - now);
        }
        if (earliest != Long.MAX_VALUE && !armed) {
            armed = true;
            eventLoop.schedule(
                    deadlineReached, Math.max(earliest - after, 0), TimeUnit.NANOSECONDS);
        }
    }
}
