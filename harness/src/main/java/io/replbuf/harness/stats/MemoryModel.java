package io.replbuf.harness.stats;

import java.util.Arrays;

/**
 * What each strategy's buffer should hold, in closed form, from backlog, lags and block size. A residual above the noise is a
 * finding: a rounding, a pinned tail, a leak.
 */
public final class MemoryModel {
    /** Redis' reply node: list node of 24 bytes and block header of 16, for each 16 KiB. */
    static final double LEGACY_NODE_OVERHEAD = (24 + 16) / 16_384.0;

    /** Each replica's queue has one node that is not full. */
    static final long LEGACY_TAIL_BYTES = 16 << 10;

    /** Descriptor of a block in the chain. */
    static final long BLOCK_HEADER_BYTES = 64;

    private MemoryModel() {}

    /**
     * Bounds of a prediction, in bytes.
     *
     * @param low the least that the form allows
     * @param high the most
     */
    public record Bounds(double low, double high) {
        public double middle() {
            return (low + high) / 2;
        }

        /** How far a measured value lies outside, in bytes; 0 within. */
        public double residual(double measured) {
            return measured > high ? measured - high : measured < low ? measured - low : 0;
        }
    }

    /** Ring and private queues: B + sum of (L + overhead). */
    public static Bounds legacy(long backlogBytes, double[] lagBytes) {
        requireLags(lagBytes);
        double owned = Arrays.stream(lagBytes).map(lag -> lag * (1 + LEGACY_NODE_OVERHEAD)).sum();
        return new Bounds(
                backlogBytes + owned,
                backlogBytes + owned + (double) LEGACY_TAIL_BYTES * lagBytes.length);
    }

    /**
     * One chain: the larger of the backlog and the longest lag, and at most a block more.
     *
     * @param historyBytes length of the stream so far; the backlog cannot hold more
     * @param blockBytes capacity of a block
     */
    public static Bounds shared(
            long backlogBytes, double historyBytes, double[] lagBytes, int blockBytes) {
        requireLags(lagBytes);
        double held = Math.max(Math.min(historyBytes, backlogBytes), longest(lagBytes));
        double overhead = 1 + BLOCK_HEADER_BYTES / (double) blockBytes;
        return new Bounds(held * overhead, (held + blockBytes) * overhead);
    }

    /** A chain that ends at the window; what lies behind it is on disk and is sent from there without a buffer. */
    public static Bounds aofPsync(
            long backlogBytes,
            double historyBytes,
            double[] lagBytes,
            int blockBytes,
            long windowBytes) {
        Bounds chain = shared(backlogBytes, historyBytes, lagBytes, blockBytes);
        return new Bounds(
                Math.min(chain.low(), windowBytes),
                Math.min(chain.high(), windowBytes + (double) blockBytes));
    }

    /**
     * Factor by which private copies exceed a shared chain when all n replicas are as far behind: n, once the lag exceeds the
     * backlog by far; 1 when it is nothing beside it.
     */
    public static double correlatedRatio(long backlogBytes, int replicas, double lagBytes) {
        return (backlogBytes + replicas * lagBytes) / Math.max(backlogBytes, lagBytes);
    }

    /**
     * Mean lag of a replica that stalls at random.
     *
     * @param writeRate bytes a second that the stream grows by
     * @param catchUpRate bytes a second that it reads once it is back; above writeRate
     * @param meanBetween seconds of health between two stalls, on average
     * @param meanStall seconds of a stall, on average
     * @param meanSquareStall mean of the square of that
     */
    public static double meanLag(
            double writeRate,
            double catchUpRate,
            double meanBetween,
            double meanStall,
            double meanSquareStall) {
        if (catchUpRate <= writeRate) {
            throw new IllegalArgumentException(
                    "catchUpRate: "
                            + catchUpRate
                            + " (expected: above writeRate="
                            + writeRate
                            + ")");
        }
        double stretch = catchUpRate / (catchUpRate - writeRate);
        return 0.5 * writeRate * meanSquareStall * stretch / (meanBetween + meanStall * stretch);
    }

    private static double longest(double[] lagBytes) {
        return Arrays.stream(lagBytes).max().orElse(0);
    }

    private static void requireLags(double[] lagBytes) {
        for (double lag : lagBytes) {
            if (!(lag >= 0)) {
                throw new IllegalArgumentException("lag: " + lag + " (expected: 0 or more bytes)");
            }
        }
    }
}
