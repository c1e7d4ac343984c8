package io.replbuf.harness.load;

import io.replbuf.harness.scenario.SeedStream;
import io.replbuf.harness.scenario.Workload;

/**
 * When each write is meant to start: fixed beforehand by rate and seed, whatever the server does. Times are {@link System#nanoTime}.
 * Not thread-safe.
 */
final class Schedule {
    private final long start;
    private final double interval;
    private final SeedStream random;
    private long index;
    private double poissonAt;
    private long next;

    Schedule(Workload.Arrival arrival, double ratePerSecond, long seed, long startNanos) {
        this.start = startNanos;
        this.interval = 1e9 / ratePerSecond;
        this.random =
                arrival == Workload.Arrival.POISSON ? SeedStream.named(seed, "arrival") : null;
        this.next = startNanos;
        if (random != null) {
            advance();
        }
    }

    /** Intended time of the next write. */
    long next() {
        return next;
    }

    /** The next write was sent, or is given up. */
    void advance() {
        if (random == null) {
            // A product, not a sum: rounding errors must not add up to a rate that nobody asked
            // for.
            next = start + (long) (++index * interval);
        } else {
            poissonAt -= interval * StrictMath.log(1 - random.nextDouble());
            next = start + (long) poissonAt;
        }
    }
}
