package io.replbuf.harness.report;

import java.util.Arrays;

/**
 * Thins a series for drawing and keeps its extremes: a mean would hide exactly the peak that a chart is for.
 *
 * <p>The points are cut into buckets of equal count; of each the smallest and the largest stay, in their order.
 */
final class MinMax {
    private MinMax() {}

    /** Positions to keep of a series, ascending; all of them when there are at most {@code maxPoints}. */
    static int[] keep(double[] y, int maxPoints) {
        if (maxPoints < 4) {
            throw new IllegalArgumentException("maxPoints: " + maxPoints + " (expected: >= 4)");
        }
        int count = y.length;
        if (count <= maxPoints) {
            int[] all = new int[count];
            Arrays.setAll(all, i -> i);
            return all;
        }
        int buckets = (maxPoints - 2) / 2;
        int[] kept = new int[2 * buckets + 2];
        int size = 0;
        kept[size++] = 0;
        for (int bucket = 0; bucket < buckets; bucket++) {
            int from = 1 + (int) ((long) bucket * (count - 2) / buckets);
            int to = 1 + (int) ((long) (bucket + 1) * (count - 2) / buckets);
            int low = from;
            int high = from;
            for (int i = from; i < to; i++) {
                low = y[i] < y[low] ? i : low;
                high = y[i] > y[high] ? i : high;
            }
            kept[size++] = Math.min(low, high);
            if (low != high) {
                kept[size++] = Math.max(low, high);
            }
        }
        kept[size++] = count - 1;
        return Arrays.copyOf(kept, size);
    }

    /** The values at the positions that were kept. */
    static double[] pick(double[] values, int[] positions) {
        double[] picked = new double[positions.length];
        Arrays.setAll(picked, i -> values[positions[i]]);
        return picked;
    }
}
