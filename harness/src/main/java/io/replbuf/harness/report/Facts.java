package io.replbuf.harness.report;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
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

    /** Strategies of ours that are compared: no real server, no second arm of an A/A pair. */
    List<String> ours() {
        return strategies().stream()
                .filter(s -> !PeerFigures.isPeer(s) && !AaPair.isAgain(s))
                .toList();
    }

    /** Strategies with a column of their own: ours and the real servers, no second arm of an A/A pair. */
    List<String> shown() {
        return strategies().stream().filter(s -> !AaPair.isAgain(s)).toList();
    }

    /** The mark behind numbers of a scenario's largest point: empty, or that of suspect cells. */
    String mark(String scenario, String strategy) {
        Group.Arm arm = arm(scenario, strategy);
        return arm == null ? "" : arm.mark();
    }

    /** The mark behind numbers that come from several cells. */
    static String mark(List<Cell> cells) {
        return cells.stream().anyMatch(Cell::suspect) ? Marks.SUSPECT : "";
    }

    /** Whether the scenario was run with this strategy and no cell of it counts. */
    boolean failed(String scenario, String strategy) {
        return arm(scenario, strategy) == null
                && run.failed().stream()
                        .anyMatch(
                                c ->
                                        c.scenario().equals(scenario)
                                                && c.strategy().equals(strategy));
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

    /** What the pinger met when a replica was torn off, in each repetition that did so. */
    List<Drop> drops(String scenario, String strategy) {
        Group.Arm arm = arm(scenario, strategy);
        return arm == null
                ? List.of()
                : arm.cells().stream().map(Drop::of).filter(Objects::nonNull).toList();
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

    /**
     * Longest planned outage that ended in a partial resync, or shortest one that ended in a full one, in milliseconds. Where no
     * event says what was planned, the outage as it was.
     */
    double outage(String scenario, String strategy, boolean full) {
        Group.Arm arm = arm(scenario, strategy);
        if (arm == null) {
            return Double.NaN;
        }
        double[] lengths =
                arm.cells().stream()
                        .flatMapToDouble(
                                cell ->
                                        ResyncFigures.after(cell).stream()
                                                .filter(r -> (r.kind() == Resync.Kind.FULL) == full)
                                                .mapToDouble(r -> length(cell, r)))
                        .sorted()
                        .toArray();
        if (lengths.length == 0) {
            return Double.NaN;
        }
        return full ? lengths[0] : lengths[lengths.length - 1];
    }

    private static double length(Cell cell, Resync resync) {
        double planned = cell.plannedMillis(resync);
        return Double.isNaN(planned) ? resync.outageMillis() : planned;
    }

    /** Full resyncs that came to their end, the mean over trials. */
    double finishedFull(String scenario, String strategy) {
        Group.Arm arm = arm(scenario, strategy);
        return arm == null
                ? Double.NaN
                : arm.cells().stream().mapToLong(Cell::finishedFull).average().orElse(0);
    }

    /** The full resync with the middle time of those that came to their end; null without one. */
    Resync middleFullResync(String strategy) {
        List<Resync> finished =
                cells(strategy).stream()
                        .flatMap(cell -> cell.resyncs.stream())
                        .filter(
                                r ->
                                        r.avoidable()
                                                && r.atMillis() >= 0
                                                && r.complete()
                                                && r.kind() == Resync.Kind.FULL)
                        .sorted(Comparator.comparingDouble(Resync::durationMillis))
                        .toList();
        return finished.isEmpty() ? null : finished.get((finished.size() - 1) / 2);
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
        return run.counted().stream().filter(cell -> cell.strategy().equals(strategy)).toList();
    }

    /** Failed ones, too: for what is said about the cells themselves. */
    List<Cell> allCells(String strategy) {
        return run.cells().stream().filter(cell -> cell.strategy().equals(strategy)).toList();
    }

    /** The cell in which an allocator kept the most, or null when none kept anything worth telling. */
    Cell keeper(String strategy) {
        return cells(strategy).stream()
                .filter(c -> Kept.of(c) != null && Kept.of(c).peakBytes() >= Kept.WORTH_TELLING)
                .max(Comparator.comparingDouble(c -> Kept.of(c).peakBytes()))
                .orElse(null);
    }
}
