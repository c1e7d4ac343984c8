package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * Latency phase by phase, for scenarios whose phases differ in shape: a row for each point, phase and arm, medians over the trials.
 *
 * <p>Numbers are those that {@code cell.json} has of each phase once it had settled. What was compiled is counted over the whole phase,
 * its begin included, because that is when a change of shape makes work for the compilers.
 */
final class PhaseTable {
    private static final List<String> HEAD =
            List.of(
                    "Point · phase · strategy",
                    "trials",
                    "writes/s",
                    "p50",
                    "p99",
                    "p99.9",
                    "longest",
                    "loader late, p99",
                    "compiled/s, quick",
                    "optimized",
                    "undone");

    private PhaseTable() {}

    /** Nothing where no cell tells its phases apart. */
    static void write(Group group, Html html) {
        List<List<String>> rows = new ArrayList<>();
        for (Group.Point point : group.points()) {
            for (String phase : phases(point)) {
                for (Group.Arm arm : point.arms()) {
                    rows.add(
                            row(
                                    point.label() + " · " + phase + " · " + arm.strategy(),
                                    arm,
                                    phase));
                }
            }
        }
        if (!rows.isEmpty()) {
            html.heading(3, "", "Phase by phase, each once it had settled");
            html.table("numbers", HEAD, rows);
        }
    }

    private static List<String> phases(Group.Point point) {
        return point.cells().stream()
                .flatMap(cell -> cell.result.phases().stream())
                .filter(phase -> phase.settled() != null)
                .map(CellResult.Phase::name)
                .distinct()
                .toList();
    }

    private static List<String> row(String name, Group.Arm arm, String phase) {
        return Section.marked(
                arm.mark(),
                name,
                String.valueOf(arm.trials()),
                Units.count(arm.median(of(phase, CellResult.Settled::perSecond))),
                Units.micros(arm.median(of(phase, settled -> settled.response().p50()))),
                Units.micros(arm.median(of(phase, settled -> settled.response().p99()))),
                Units.micros(arm.median(of(phase, settled -> settled.response().p999()))),
                Units.micros(arm.median(of(phase, settled -> settled.response().max()))),
                Units.micros(arm.median(of(phase, CellResult.Settled::loaderDelayP99))),
                Units.amount(arm.median(compiled(phase, Compilations.Event::quick))),
                Units.amount(arm.median(compiled(phase, Compilations.Event::optimized))),
                Units.amount(arm.median(compiled(phase, Compilations.Event::optimizedUndone))));
    }

    private static ToDoubleFunction<Cell> of(
            String phase, ToDoubleFunction<CellResult.Settled> figure) {
        return cell ->
                cell.result.phases().stream()
                        .filter(p -> p.name().equals(phase) && p.settled() != null)
                        .mapToDouble(p -> figure.applyAsDouble(p.settled()))
                        .findFirst()
                        .orElse(Double.NaN);
    }

    private static ToDoubleFunction<Cell> compiled(
            String phase, Predicate<Compilations.Event> kind) {
        return cell ->
                cell.compilations.events().isEmpty()
                        ? Double.NaN
                        : cell.result.phases().stream()
                                .filter(p -> p.name().equals(phase))
                                .mapToDouble(
                                        p ->
                                                cell.compilations.perSecond(
                                                        cell.startMillis() + p.startMillis(),
                                                        cell.startMillis() + p.endMillis(),
                                                        kind))
                                .findFirst()
                                .orElse(Double.NaN);
    }
}
