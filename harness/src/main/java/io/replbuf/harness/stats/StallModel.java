package io.replbuf.harness.stats;

import java.util.List;

/**
 * Response times, worked out with pencil and paper, of a server that serves one command at a time and stalls on a schedule.
 *
 * <pre>
 *   response           |\
 *                      | \  slope -(1 - load)
 *      length + service|  \
 *                      |   \
 *             service  |....\_____________
 *                      stall begins       next stall
 * </pre>
 *
 * <p>Arrivals come at a fixed rate (or at random, when serving takes no time) and do not depend on the server. A write that arrives {@code t} after a
 * stall of length {@code S} began waits for its rest and for those before it: {@code S - t (1 - load)}, until the queue is empty
 * {@code S / (1 - load)} after the beginning. So the times that exceed {@code x} are {@code (S - x) / (1 - load)} long. Immutable.
 */
public final class StallModel {
    private final double serviceNanos;
    private final double load;
    private final double periodNanos;
    private final double[] lengths;

    /**
     * @param stalls of one period, in order
     * @param periodNanos after which the schedule begins again
     * @param serviceNanos of one command
     * @param ratePerSecond of arrivals
     */
    public StallModel(
            List<Stall> stalls, long periodNanos, double serviceNanos, double ratePerSecond) {
        this.serviceNanos = serviceNanos;
        this.load = serviceNanos * ratePerSecond / 1e9;
        this.periodNanos = periodNanos;
        this.lengths = stalls.stream().mapToDouble(Stall::lengthNanos).toArray();
        for (int i = 0; i < stalls.size(); i++) {
            double emptyAt = stalls.get(i).startNanos() + lengths[i] / (1 - load);
            long next =
                    i + 1 < stalls.size()
                            ? stalls.get(i + 1).startNanos()
                            : periodNanos + stalls.get(0).startNanos();
            if (load >= 1 || emptyAt > next) {
                throw new IllegalArgumentException(
                        "stall "
                                + i
                                + ": its queue is empty at "
                                + emptyAt
                                + " ns (expected: before the next stall at "
                                + next
                                + ")");
            }
        }
    }

    /**
     * A time without service.
     *
     * @param startNanos since the period began
     */
    public record Stall(long startNanos, long lengthNanos) {}

    /** Share of arrivals whose response takes longer than this, for times from the service time on. */
    double shareAbove(double nanos) {
        double above = 0;
        for (double length : lengths) {
            above += Math.max(0, length + serviceNanos - nanos);
        }
        return above / (1 - load) / periodNanos;
    }

    /**
     * @param percent 0 to 100
     * @return response time that so many of a hundred do not exceed, in nanoseconds
     */
    public double percentileNanos(double percent) {
        double share = 1 - percent / 100;
        double low = serviceNanos;
        if (shareAbove(low) <= share) {
            return low;
        }
        double high = serviceNanos;
        for (double length : lengths) {
            high = Math.max(high, length + serviceNanos);
        }
        // The share falls with the time: halving finds it, to a thousandth of a nanosecond.
        while (high - low > 1e-3) {
            double middle = (low + high) / 2;
            if (shareAbove(middle) > share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }
}
