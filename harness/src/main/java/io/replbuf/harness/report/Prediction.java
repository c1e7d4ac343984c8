package io.replbuf.harness.report;

import io.replbuf.harness.stats.MemoryModel;
import java.util.Arrays;

/**
 * What the closed forms say a buffer should hold at its peak, given the lags that were measured.
 *
 * <p>N other than the measured one is extrapolated by the mean share of a replica in the largest sum of lags, so that the line
 * of a scenario in which replicas stall together is steep and the line of one in which they stall by turns is flat.
 */
final class Prediction {
    /** Capacity of a block when the strategy has it from its defaults; the form's bounds lie one block apart. */
    private static final int BLOCK_BYTES = 16 << 10;

    private final Cell cell;
    private final Family family;
    private final double lagBytesMax;
    private final double lagBytesEach;

    /** Whose closed form it is: a real server has that of the strategy which imitates it. */
    enum Family {
        LEGACY,
        SHARED,
        LOG,
        UNKNOWN;

        static Family of(String strategy) {
            if (strategy.startsWith("legacy")
                    || strategy.startsWith("redis-6")
                    || strategy.startsWith("redis-5")) {
                return LEGACY;
            }
            if (strategy.startsWith("shared")
                    || strategy.startsWith("redis-7")
                    || strategy.startsWith("valkey")) {
                return SHARED;
            }
            return strategy.startsWith("aof-psync") ? LOG : UNKNOWN;
        }
    }

    private Prediction(Cell cell) {
        this.cell = cell;
        this.family = Family.of(cell.strategy());
        this.lagBytesMax = cell.lags().peak();
        this.lagBytesEach = cell.lags().peakSum() / Math.max(1, cell.replicas());
    }

    static Prediction of(Cell cell) {
        return new Prediction(cell);
    }

    /** Whether there is a closed form for this strategy and a lag to feed it with. */
    boolean known() {
        return family != Family.UNKNOWN && !cell.lags().isEmpty() && cell.backlogBytes() >= 0;
    }

    /** Peak memory of the buffer with {@code replicas} replicas, in bytes: the middle of the form's bounds. */
    double peakBytes(int replicas) {
        long backlog = (long) cell.backlogBytes();
        double[] longest = {lagBytesMax};
        return switch (family) {
            case LEGACY -> {
                double[] lags = new double[replicas];
                Arrays.fill(lags, lagBytesEach);
                yield MemoryModel.legacy(backlog, lags).middle();
            }
            case SHARED -> MemoryModel.shared(backlog, backlog, longest, BLOCK_BYTES).middle();
            case LOG ->
                    MemoryModel.aofPsync(
                                    backlog,
                                    backlog,
                                    longest,
                                    BLOCK_BYTES,
                                    (long) cell.windowBytes())
                            .middle();
            case UNKNOWN -> Double.NaN;
        };
    }
}
