package io.replbuf.harness.report;

import io.replbuf.harness.stats.Comparison;
import io.replbuf.harness.stats.NoiseFloor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What repetitions allow to be said: each measure of each strategy against {@code shared} as a ratio with its interval over
 * processes, beside the run's own noise where an A/A arm was run.
 */
final class Intervals {
    private static final String BASELINE = "shared";

    /** A second arm of the baseline: its difference is noise. */
    private static final String AGAIN = "shared-again";

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
                    new Measure("server CPU", cell -> cell.result.serverCpuMillis()));

    static List<String> head() {
        return List.of(
                "Scenario · strategy against " + BASELINE,
                "trials",
                "peak buffer",
                "peak RSS",
                "response p99",
                "server CPU");
    }

    /** Empty when there is nothing to compare: one repetition, or no baseline. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Group group : run.groups()) {
            Group.Point point = group.largest();
            Group.Arm baseline = point.arm(BASELINE);
            if (baseline == null || baseline.trials() < 2) {
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

    private static List<String> row(
            Group group, Group.Point point, Group.Arm arm, Group.Arm baseline) {
        List<String> row = new ArrayList<>();
        row.add(group.scenario() + ", " + point.label() + " · " + arm.strategy());
        row.add(String.valueOf(arm.trials()));
        for (Measure measure : MEASURES) {
            double[] values = positive(arm, measure);
            double[] base = positive(baseline, measure);
            boolean measured = values.length == arm.trials() && base.length == baseline.trials();
            row.add(
                    measured
                            ? Comparison.of(values, base, noise(point, baseline, measure)).words()
                            : Units.NONE);
        }
        return row;
    }

    private static NoiseFloor noise(Group.Point point, Group.Arm baseline, Measure measure) {
        Group.Arm again = point.arm(AGAIN);
        if (again == null || again.trials() != baseline.trials()) {
            return NoiseFloor.UNKNOWN;
        }
        double[] first = positive(baseline, measure);
        double[] second = positive(again, measure);
        return first.length < 2 || first.length != second.length
                ? NoiseFloor.UNKNOWN
                : NoiseFloor.of(second, first);
    }

    private static double[] positive(Group.Arm arm, Measure measure) {
        return arm.cells().stream()
                .mapToDouble(measure.value())
                .filter(value -> value > 0)
                .toArray();
    }
}
