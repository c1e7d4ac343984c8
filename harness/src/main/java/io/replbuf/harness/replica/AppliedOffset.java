package io.replbuf.harness.replica;

import java.util.ArrayDeque;

/**
 * The offset that a replica acknowledges when applying takes time: what it had received a while ago. Event loop only.
 */
final class AppliedOffset {
    /** Points are taken this far apart at least; acknowledgements go once a second. */
    private static final long STEP_NANOS = 5_000_000;

    private record Point(long at, long offset) {}

    private final long delayNanos;
    private final ArrayDeque<Point> points = new ArrayDeque<>();
    private long applied;
    private long received;

    AppliedOffset(long delayNanos) {
        this.delayNanos = delayNanos;
    }

    /** Begins anew behind this offset. */
    void restart(long offset) {
        points.clear();
        applied = offset;
        received = offset;
    }

    void received(long offset, long nowNanos) {
        received = offset;
        if (delayNanos > 0
                && (points.isEmpty() || nowNanos - points.peekLast().at() >= STEP_NANOS)) {
            points.add(new Point(nowNanos, offset));
        }
    }

    /** What has been applied by now. */
    long at(long nowNanos) {
        if (delayNanos == 0) {
            return received;
        }
        while (!points.isEmpty() && points.peek().at() + delayNanos <= nowNanos) {
            applied = points.poll().offset();
        }
        if (points.isEmpty()) {
            // Nothing is under way, or the last step was not worth a point of its own.
            applied = received;
        }
        return applied;
    }
}
