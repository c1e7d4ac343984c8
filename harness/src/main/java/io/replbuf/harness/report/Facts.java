package io.replbuf.harness.report;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * The numbers that the decision page speaks of, by scenario and strategy: medians over trials at the scenario's largest N.
 * NaN stands for what this run did not measure.
 */
final class Facts {
    private final Run run;

    Facts(Run run) {
        this.run = run;
    }

    List<String> strategies() {
        return run.strategies();
    }

    boolean has(String scenario) {
        return run.group(scenario) != null;
    }

    Group.Arm arm(String scenario, String strategy) {
        Group group = run.group(scenario);
        return group == null ? null : group.largest().arm(strategy);
    }

    double median(String scenario, String strategy, ToDoubleFunction<Cell> value) {
        Group.Arm arm = arm(scenario, strategy);
        return arm == null ? Double.NaN : arm.median(value);
    }

    int replicas(String scenario) {
        return run.group(scenario).largest().replicas();
    }

    double peak(String scenario, String strategy) {
        return median(scenario, strategy, Cell::peakRetained);
    }

    /** How far the slowest replica was behind at worst, in bytes. */
    double peakLag(String scenario, String strategy) {
        return median(scenario, strategy, cell -> cell.peakLag());
    }

    /** Peak of the buffer over what had to be kept once: the larger of the backlog and the longest lag. */
    double growth(String scenario, String strategy) {
        return median(
                scenario,
                strategy,
                cell -> cell.peakRetained() / Math.max(cell.backlogBytes(), cell.lags().peak()));
    }

    /** A percentile of all trials merged, in microseconds; NaN where fewer than ten samples lie beyond it. */
    double percentile(String scenario, String strategy, String tag, double percentile) {
        Group.Arm arm = arm(scenario, strategy);
        if (arm == null) {
            return Double.NaN;
        }
        Histogram histogram = LatencyFigures.merged(arm, tag);
        boolean supported =
                percentile <= LatencyFigures.highestPercentile(histogram.getTotalCount()) + 1e-9;
        return supported ? histogram.getValueAtPercentile(percentile) / 1_000.0 : Double.NaN;
    }

    double worst(String scenario, String strategy, String tag) {
        Group.Arm arm = arm(scenario, strategy);
        Histogram histogram = arm == null ? new Histogram(3) : LatencyFigures.merged(arm, tag);
        return histogram.getTotalCount() == 0 ? Double.NaN : histogram.getMaxValue() / 1_000.0;
    }

    /** Avoidable resyncs of one kind, the mean over trials; NaN when the scenario was not run. */
    double resyncs(String scenario, String strategy, Resync.Kind kind) {
        Group.Arm arm = arm(scenario, strategy);
        return arm == null
                ? Double.NaN
                : arm.cells().stream().mapToLong(c -> c.avoidable(kind)).average().orElse(0);
    }

    double allResyncs(String scenario, String strategy) {
        double sum = 0;
        for (Resync.Kind kind : Resync.Kind.values()) {
            sum += resyncs(scenario, strategy, kind);
        }
        return sum;
    }

    /** Every avoidable resync of a kind in all cells of a strategy. */
    long resyncsInRun(String strategy, Resync.Kind... kinds) {
        return cells(strategy).stream()
                .mapToLong(cell -> Arrays.stream(kinds).mapToLong(cell::avoidable).sum())
                .sum();
    }

    /** Longest outage that ended in a partial resync, or shortest that ended in a full one, in milliseconds. */
    double outage(String scenario, String strategy, boolean full) {
        Group.Arm arm = arm(scenario, strategy);
        if (arm == null) {
            return Double.NaN;
        }
        Predicate<Resync> wanted = r -> (r.kind() == Resync.Kind.FULL) == full;
        double[] lengths =
                arm.cells().stream()
                        .flatMap(cell -> ResyncFigures.after(cell).stream())
                        .filter(wanted)
                        .mapToDouble(Resync::outageMillis)
                        .sorted()
                        .toArray();
        if (lengths.length == 0) {
            return Double.NaN;
        }
        return full ? lengths[0] : lengths[lengths.length - 1];
    }

    double counter(String scenario, String strategy, String name) {
        return median(scenario, strategy, cell -> cell.counter(name));
    }

    /** Largest size of a strategy's files in any cell; NaN when it has none. */
    double peakDisk(String strategy) {
        return cells(strategy).stream()
                .mapToDouble(cell -> cell.peakOf("buf_file"))
                .filter(v -> !Double.isNaN(v))
                .max()
                .orElse(Double.NaN);
    }

    List<Cell> cells(String strategy) {
        return run.cells().stream().filter(cell -> cell.strategy().equals(strategy)).toList();
    }
}
