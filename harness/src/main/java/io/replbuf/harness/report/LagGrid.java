package io.replbuf.harness.report;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;

/**
 * The lag of every replica at every sample: {@code lag.csv} as a matrix, in bytes by design's definition (the primary's offset
 * minus what the socket took). A sample that has a replica's old place, though a snapshot has taken it beyond, is put right.
 */
final class LagGrid {
    final double[] seconds;
    final int[] replicas;

    /** {@code lag[sample][replica]}, NaN while a replica is away or is sent a snapshot. */
    final double[][] lag;

    /** {@code snapshot[sample][replica]}: whether the replica is without a place because a snapshot is being sent to it. */
    final boolean[][] snapshot;

    private final double peak;
    private final double peakSum;

    private LagGrid(double[] seconds, int[] replicas, double[][] lag, boolean[][] snapshot) {
        this.snapshot = snapshot;
        this.seconds = seconds;
        this.replicas = replicas;
        this.lag = lag;
        this.peak = seconds.length == 0 ? Double.NaN : highest(this::max);
        this.peakSum = seconds.length == 0 ? Double.NaN : highest(this::sum);
    }

    private LagGrid(double peak, double peakSum) {
        this.seconds = new double[0];
        this.replicas = new int[0];
        this.lag = new double[0][];
        this.snapshot = new boolean[0][];
        this.peak = peak;
        this.peakSum = peakSum;
    }

    /** Of an archived cell: no samples, but what was highest among them, in bytes; NaN when nothing was recorded. */
    static LagGrid archived(double peak, double peakSum) {
        return new LagGrid(peak, peakSum);
    }

    /**
     * @param resyncs which tell when a replica was away or took a snapshot: its old place then pins nothing
     */
    static LagGrid of(Columns table, List<Resync> resyncs) {
        try {
            double[] at = table.numbers("t_ms");
            double[] replica = table.numbers("replica");
            double[] bytes = table.numbers("lag_bytes");
            double[] sent = table.numbers("sent_offset");
            TreeSet<Double> times = new TreeSet<>();
            TreeSet<Integer> indexes = new TreeSet<>();
            for (int i = 0; i < at.length; i++) {
                times.add(at[i]);
                indexes.add((int) replica[i]);
            }
            double[] millis = times.stream().mapToDouble(Double::doubleValue).toArray();
            int[] names = indexes.stream().mapToInt(Integer::intValue).toArray();
            double[][] lag = new double[millis.length][names.length];
            boolean[][] snapshot = new boolean[millis.length][names.length];
            for (double[] row : lag) {
                Arrays.fill(row, Double.NaN);
            }
            for (int i = 0; i < at.length; i++) {
                int name = (int) replica[i];
                double now = at[i];
                boolean away =
                        resyncs.stream().anyMatch(r -> r.replica() == name && r.placelessAt(now));
                int sample = Arrays.binarySearch(millis, now);
                int row = Arrays.binarySearch(names, name);
                double place = sent[i];
                double stale =
                        resyncs.stream()
                                .filter(r -> r.replica() == name)
                                .mapToDouble(r -> r.stale(now, place))
                                .max()
                                .orElse(0);
                lag[sample][row] = away ? Double.NaN : Math.max(0, bytes[i] - stale);
                snapshot[sample][row] =
                        away
                                && resyncs.stream()
                                        .anyMatch(r -> r.replica() == name && r.isSentAt(now));
            }
            Arrays.setAll(millis, i -> millis[i] / 1_000);
            return new LagGrid(millis, names, lag, snapshot);
        } catch (IOException e) {
            throw new IllegalStateException("a table that was checked: " + e.getMessage(), e);
        }
    }

    /** Whether no lag was recorded. */
    boolean isEmpty() {
        return Double.isNaN(peak);
    }

    /** Whether there is something to draw. */
    boolean hasSamples() {
        return seconds.length > 0;
    }

    /** Largest lag of any replica at a sample; 0 when all are away. */
    double max(int sample) {
        return Arrays.stream(lag[sample]).filter(v -> !Double.isNaN(v)).max().orElse(0);
    }

    /** Lags of all replicas added up at a sample. */
    double sum(int sample) {
        return Arrays.stream(lag[sample]).filter(v -> !Double.isNaN(v)).sum();
    }

    /** Largest lag of any replica while measuring; 0 when nothing was recorded. */
    double peak() {
        return isEmpty() ? 0 : peak;
    }

    /** Largest sum of lags while measuring; 0 when nothing was recorded. */
    double peakSum() {
        return isEmpty() ? 0 : peakSum;
    }

    private double highest(IntToDoubleFunction bySample) {
        double highest = 0;
        for (int i = 0; i < seconds.length; i++) {
            highest = seconds[i] >= 0 ? Math.max(highest, bySample.applyAsDouble(i)) : highest;
        }
        return highest;
    }
}
