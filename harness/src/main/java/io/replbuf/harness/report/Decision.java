package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The one table of the first page: what each strategy costs, and what its numbers may be trusted for. A figure that a sentence above
 * it states is not in it once more.
 */
final class Decision {
    private final Facts facts;
    private final List<List<String>> rows = new ArrayList<>();

    Decision(Facts facts) {
        this.facts = facts;
    }

    List<String> head() {
        List<String> head = new ArrayList<>(List.of("What it costs"));
        head.addAll(facts.shown());
        return head;
    }

    List<List<String>> rows() {
        rows.clear();
        memory();
        processor();
        disk();
        latency();
        resyncs();
        trust();
        return List.copyOf(rows);
    }

    private void memory() {
        String scenario = Findings.TOGETHER;
        if (facts.has(scenario)) {
            row(
                    "Server process (peak RSS), " + facts.replicas(scenario) + " replicas stalled",
                    scenario,
                    c -> c.result.rssPeakBytes(),
                    Units::bytes);
            if (any(scenario, c -> c.peakOf("part_idle_jvm"))) {
                row("… of it the idle JVM", scenario, c -> c.peakOf("part_idle_jvm"), Units::bytes);
            }
        }
        if (facts.strategies().stream().anyMatch(s -> facts.keeper(s) != null)) {
            row("Freed, kept by malloc: peak, given back after", this::kept);
        }
    }

    private String kept(String strategy) {
        Cell keeper = facts.keeper(strategy);
        if (keeper == null) {
            return "none";
        }
        Kept kept = Kept.of(keeper);
        return Units.bytes(kept.peakBytes())
                + ", "
                + (kept.millis() < 0 ? "not by itself" : Units.millis(kept.millis()))
                + Facts.mark(List.of(keeper));
    }

    private void processor() {
        String scenario = Findings.STEADY;
        if (facts.has(scenario)) {
            String point = ", " + scenario + ", N = " + facts.replicas(scenario);
            row(
                    "Server CPU per GB sent, compilers apart" + point,
                    scenario,
                    Cpu::secondsPerGigabyte,
                    Units::seconds);
            row("… compilers while measuring", scenario, Cpu::compilerMillis, Units::millis);
            row(
                    "Copies of each stream byte" + point,
                    scenario,
                    SendFigures::copies,
                    Units::digits3);
        }
    }

    private void disk() {
        if (facts.strategies().stream().noneMatch(s -> facts.peakDisk(s) > 0)) {
            return;
        }
        row(
                "Disk of the log, at most in any scenario",
                s ->
                        facts.peakDisk(s) > 0
                                ? Units.bytes(facts.peakDisk(s)) + Facts.mark(facts.cells(s))
                                : "none");
        row("… fsyncs", this::fsyncs);
    }

    /** Counted where the server counts them; else what its configuration asks for. */
    private String fsyncs(String strategy) {
        if (!(facts.peakDisk(strategy) > 0)) {
            return "none";
        }
        List<Cell> cells = facts.cells(strategy);
        double counted = cells.stream().mapToDouble(c -> c.counter("fsyncs")).sum();
        double seconds = cells.stream().mapToDouble(c -> c.result.measuredMillis()).sum() / 1_000;
        if (counted >= 0 && seconds > 0) {
            return Units.digits3(counted / seconds) + "/s";
        }
        String policy = cells.get(0).result.config().getOrDefault("appendfsync", "everysec");
        return policy.equals("everysec") ? "1/s (appendfsync everysec)" : "appendfsync " + policy;
    }

    private void latency() {
        if (facts.has(Findings.STEADY)) {
            row(
                    "Write p99, from service to response time, "
                            + Findings.STEADY
                            + ", N = "
                            + facts.replicas(Findings.STEADY),
                    s -> band(Findings.STEADY, s));
        }
    }

    /** A write took at least the service time, from the real send, and at most the response time, from the intended one. */
    private String band(String scenario, String strategy) {
        double service = facts.percentile(scenario, strategy, "client.service", 99);
        double response = facts.percentile(scenario, strategy, "client.response", 99);
        if (Double.isNaN(response)) {
            return missing(scenario, strategy);
        }
        boolean advisory =
                facts.arm(scenario, strategy).cells().stream()
                        .anyMatch(c -> c.result.verdict().latencyAdvisory());
        return (Double.isNaN(service) ? "" : Units.micros(service) + " to ")
                + Units.micros(response)
                + facts.mark(scenario, strategy)
                + (advisory ? " (advisory)" : "");
    }

    private void resyncs() {
        if (facts.shown().stream().anyMatch(s -> facts.middleFullResync(s) != null)) {
            row("A full resync, the middle one: time for a snapshot of", this::fullResync);
        }
        row(
                "Resyncs in the whole run: full begun (finished) / from the log / from memory",
                s ->
                        facts.resyncsInRun(s, Resync.Kind.FULL)
                                + " ("
                                + facts.cells(s).stream().mapToLong(Cell::finishedFull).sum()
                                + ") / "
                                + facts.resyncsInRun(s, Resync.Kind.PARTIAL_LOG)
                                + " / "
                                + facts.resyncsInRun(s, Resync.Kind.PARTIAL_MEMORY)
                                + Facts.mark(facts.cells(s)));
    }

    private String fullResync(String strategy) {
        Resync middle = facts.middleFullResync(strategy);
        return middle == null
                ? "none needed"
                : Units.millis(middle.durationMillis())
                        + " for "
                        + Units.bytes(middle.bytes())
                        + Facts.mark(facts.cells(strategy));
    }

    private void trust() {
        row("RSS explained by the ledger? (largest remainder, bound)", this::explained);
        row(
                "Stream verified: chunks checked / wrong / gaps",
                s ->
                        Units.count(
                                        facts.allCells(s).stream()
                                                .mapToLong(c -> c.result.digest().checkedChunks())
                                                .sum())
                                + " / "
                                + Units.count(
                                        facts.allCells(s).stream()
                                                .mapToLong(c -> c.result.digest().mismatches())
                                                .sum())
                                + " / "
                                + Units.count(
                                        facts.allCells(s).stream()
                                                .mapToLong(c -> c.result.digest().gaps())
                                                .sum()));
        row(
                "Cells: ok / suspect / failed (latency advisory)",
                s ->
                        count(s, Status.OK)
                                + " / "
                                + count(s, Status.SUSPECT)
                                + " / "
                                + count(s, Status.FAILED)
                                + " ("
                                + facts.allCells(s).stream()
                                        .filter(c -> c.result.verdict().latencyAdvisory())
                                        .count()
                                + ")");
    }

    private String explained(String strategy) {
        Cell worst = null;
        for (Cell cell : facts.cells(strategy)) {
            if (cell.result.remainderBoundBytes() > 0
                    && (worst == null || excess(cell) > excess(worst))) {
                worst = cell;
            }
        }
        if (worst == null) {
            return Units.NONE;
        }
        return (excess(worst) <= 0 ? "yes" : "NO")
                + " ("
                + Units.bytes(worst.result.remainderPeakBytes())
                + ", "
                + Units.bytes(worst.result.remainderBoundBytes())
                + ")"
                + Facts.mark(List.of(worst));
    }

    private static double excess(Cell cell) {
        return (double) cell.result.remainderPeakBytes() - cell.result.remainderBoundBytes();
    }

    private long count(String strategy, Status status) {
        return facts.allCells(strategy).stream()
                .filter(c -> c.result.verdict().status() == status)
                .count();
    }

    private boolean any(String scenario, ToDoubleFunction<Cell> value) {
        return facts.strategies().stream().anyMatch(s -> facts.median(scenario, s, value) > 0);
    }

    /** A median of a scenario's largest point, with its mark. */
    private void row(
            String question,
            String scenario,
            ToDoubleFunction<Cell> value,
            Function<Double, String> words) {
        row(
                question,
                s -> {
                    double median = facts.median(scenario, s, value);
                    return Double.isNaN(median)
                            ? missing(scenario, s)
                            : words.apply(median) + facts.mark(scenario, s);
                });
    }

    private String missing(String scenario, String strategy) {
        return facts.failed(scenario, strategy) ? "cell failed" : Units.NONE;
    }

    private void row(String question, Function<String, String> answer) {
        List<String> row = new ArrayList<>(List.of(question));
        facts.shown().forEach(strategy -> row.add(answer.apply(strategy)));
        rows.add(List.copyOf(row));
    }
}
