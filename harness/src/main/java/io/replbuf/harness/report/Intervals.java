package io.replbuf.harness.report;

import io.replbuf.harness.stats.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the run allows to be said: each measure of each strategy against {@code shared} as a ratio with its interval over
 * processes, and the word that the band of the run's A/A pairs gives it.
 */
final class Intervals {
    static final String BASELINE = "shared";

    private final Run run;

    Intervals(Run run) {
        this.run = run;
    }

    private record Measure(String name, ToDoubleFunction<Cell> value) {}

    private static final List<Measure> MEASURES =
            List.of(
                    new Measure("peak buffer", Cell::peakRetained),
                    new Measure("peak RSS", cell -> cell.result.rssPeakBytes()),
                    new Measure("response p99", cell -> cell.result.latency().response().p99()),
                    new Measure("server CPU without compilers", Cpu::serverMillis));

    static List<String> head() {
        return List.of(
                "Scenario · strategy against " + BASELINE,
                "trials",
                "peak buffer",
                "peak RSS",
                "response p99",
                "server CPU without compilers");
    }

    /** Whether the words rest on one pair of processes. */
    boolean restsOnOnePair() {
        return run.trials() < 2;
    }

    /** Empty when there is nothing to compare: no baseline, or one repetition and no A/A pair. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Group group : run.groups()) {
            Group.Point point = group.largest();
            Group.Arm baseline = point.arm(BASELINE);
            if (baseline == null || (baseline.trials() < 2 && !anyPair())) {
                continue;
            }
            for (Group.Arm arm : point.arms()) {
                if (arm != baseline) {
                    rows.add(row(group, point, arm, baseline));
                }
            }
        }
        return rows;
    }

    private boolean anyPair() {
        return run.groups().stream()
                .flatMap(group -> group.points().stream())
                .flatMap(point -> point.arms().stream())
                .anyMatch(arm -> AaPair.isAgain(arm.strategy()));
    }

    private List<String> row(Group group, Group.Point point, Group.Arm arm, Group.Arm baseline) {
        List<String> row = new ArrayList<>();
        row.add(group.scenario() + ", " + point.label() + " · " + arm.strategy());
        row.add(String.valueOf(arm.trials()));
        for (Measure measure : MEASURES) {
            double[] values = positive(arm, measure);
            double[] base = positive(baseline, measure);
            boolean measured = values.length == arm.trials() && base.length == baseline.trials();
            row.add(
                    measured
                            ? Comparison.of(values, base, AaPair.floor(run, point, measure.value()))
                                            .words()
                                    + (arm.mark().isEmpty() ? baseline.mark() : arm.mark())
                            : Units.NONE);
        }
        return row;
    }

    private static double[] positive(Group.Arm arm, Measure measure) {
        return arm.cells().stream()
                .mapToDouble(measure.value())
                .filter(value -> value > 0)
                .toArray();
    }
}
