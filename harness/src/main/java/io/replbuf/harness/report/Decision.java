package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The one table of the first page: a question a row, a strategy a column. */
final class Decision {
    private final Facts facts;
    private final List<List<String>> rows = new ArrayList<>();

    Decision(Facts facts) {
        this.facts = facts;
    }

    List<String> head() {
        List<String> head = new ArrayList<>(List.of("Question"));
        head.addAll(facts.strategies());
        return head;
    }

    List<List<String>> rows() {
        rows.clear();
        memory();
        latency();
        resyncs();
        trust();
        return List.copyOf(rows);
    }

    private void memory() {
        if (facts.has("stall-together")) {
            int n = facts.replicas("stall-together");
            row(
                    "Peak memory of the buffer, " + n + " replicas stalled together",
                    s -> Units.bytes(facts.peak("stall-together", s)));
            row(
                    "… as a multiple of max(backlog, longest lag)",
                    s -> Units.times(facts.growth("stall-together", s)));
            row(
                    "… peak RSS of the server",
                    s ->
                            Units.bytes(
                                    facts.median(
                                            "stall-together", s, c -> c.result.rssPeakBytes())));
        }
        if (facts.has("stall-independent")) {
            row(
                    "Peak memory of the buffer, replicas stalled by turns",
                    s -> Units.bytes(facts.peak("stall-independent", s)));
            row(
                    "… as a multiple of max(backlog, longest lag)",
                    s -> Units.times(facts.growth("stall-independent", s)));
        }
        if (facts.strategies().stream().anyMatch(s -> facts.peakDisk(s) > 0)) {
            row(
                    "Peak disk of the stream log, any scenario",
                    s -> facts.peakDisk(s) > 0 ? Units.bytes(facts.peakDisk(s)) : "none");
        }
    }

    private void latency() {
        if (facts.has("steady")) {
            int n = facts.replicas("steady");
            row(
                    "Response time p99 / p99.9, steady, N = " + n,
                    s ->
                            pair(
                                    facts.percentile("steady", s, "client.response", 99),
                                    facts.percentile("steady", s, "client.response", 99.9)));
        }
        if (facts.has("drop-laggard")) {
            row(
                    "Pinger p99 / worst while a laggard is dropped",
                    s ->
                            pair(
                                    facts.percentile("drop-laggard", s, "pinger.response", 99),
                                    facts.worst("drop-laggard", s, "pinger.response")));
            row(
                    "… its control, an idle echo process",
                    s ->
                            pair(
                                    facts.percentile("drop-laggard", s, "control.response", 99),
                                    facts.worst("drop-laggard", s, "control.response")));
        }
    }

    private void resyncs() {
        if (facts.has("disconnect-sweep")) {
            row(
                    "Full resyncs of all resyncs, disconnect-sweep",
                    s ->
                            share(
                                    facts.resyncs("disconnect-sweep", s, Resync.Kind.FULL),
                                    facts.allResyncs("disconnect-sweep", s)));
            row(
                    "… longest outage resumed without one",
                    s -> Units.millis(facts.outage("disconnect-sweep", s, false)));
        }
        if (facts.has("slow-reader")) {
            row(
                    "slow-reader: dropped by the limit / full resyncs / demoted",
                    s ->
                            Units.count(facts.counter("slow-reader", s, "limit_disconnections"))
                                    + " / "
                                    + Units.count(facts.resyncs("slow-reader", s, Resync.Kind.FULL))
                                    + " / "
                                    + Units.count(facts.counter("slow-reader", s, "demotions")));
        }
        row(
                "Resyncs in the whole run: full / from the log / from memory",
                s ->
                        Units.count(facts.resyncsInRun(s, Resync.Kind.FULL))
                                + " / "
                                + Units.count(facts.resyncsInRun(s, Resync.Kind.PARTIAL_LOG))
                                + " / "
                                + Units.count(facts.resyncsInRun(s, Resync.Kind.PARTIAL_MEMORY)));
    }

    private void trust() {
        row("RSS explained by the ledger? (largest remainder, bound)", this::explained);
        row(
                "Stream verified: chunks checked / wrong / gaps",
                s ->
                        Units.count(
                                        facts.cells(s).stream()
                                                .mapToLong(c -> c.result.digest().checkedChunks())
                                                .sum())
                                + " / "
                                + Units.count(
                                        facts.cells(s).stream()
                                                .mapToLong(c -> c.result.digest().mismatches())
                                                .sum())
                                + " / "
                                + Units.count(
                                        facts.cells(s).stream()
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
                                + facts.cells(s).stream()
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
                + ")";
    }

    private static double excess(Cell cell) {
        return (double) cell.result.remainderPeakBytes() - cell.result.remainderBoundBytes();
    }

    private long count(String strategy, Status status) {
        return facts.cells(strategy).stream()
                .filter(c -> c.result.verdict().status() == status)
                .count();
    }

    private void row(String question, Function<String, String> answer) {
        List<String> row = new ArrayList<>(List.of(question));
        facts.strategies().forEach(strategy -> row.add(answer.apply(strategy)));
        rows.add(List.copyOf(row));
    }

    private static String pair(double a, double b) {
        return Double.isNaN(a) && Double.isNaN(b)
                ? Units.NONE
                : Units.micros(a) + " / " + Units.micros(b);
    }

    private static String share(double part, double all) {
        return Double.isNaN(part) ? Units.NONE : Units.amount(part) + " of " + Units.amount(all);
    }
}
