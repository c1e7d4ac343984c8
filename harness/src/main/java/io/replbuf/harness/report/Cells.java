package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every cell of the run in one table, believed or not, and what was wrong with their files. */
final class Cells {
    private final Run run;
    private final Html html;

    Cells(Run run, Html html) {
        this.run = run;
        this.html = html;
    }

    void write() {
        html.rawHtml("<section>");
        html.heading(2, "cells", "Every cell");
        html.paragraph(
                "In the order in which they ran. A cell may be believed when its digests agree, its schedule was kept and its RSS is explained.");
        List<List<String>> rows = new ArrayList<>();
        for (String id : run.result().cells()) {
            Cell cell =
                    run.cells().stream().filter(c -> c.id().equals(id)).findFirst().orElse(null);
            rows.add(cell == null ? lost(id) : row(cell));
        }
        html.linkedTable("cells", head(), rows, links());
        Map<String, List<String>> reasons = Marks.grouped(run.cells());
        if (!reasons.isEmpty()) {
            html.heading(3, "reasons", "Reasons");
            List<String> told = new ArrayList<>();
            reasons.forEach(
                    (reason, ids) ->
                            told.add(
                                    reason
                                            + ": "
                                            + (ids.size() == run.cells().size()
                                                    ? "every cell"
                                                    : ids.size()
                                                            + " of "
                                                            + run.cells().size()
                                                            + " cells, "
                                                            + String.join(", ", ids))));
            html.list(told);
        }
        MachineTable machine = new MachineTable(run.cells());
        if (!machine.isEmpty()) {
            html.heading(3, "machine", "How the machine was used");
            html.paragraph(
                    "Cores kept busy on average while measuring, and the time for which threads were ready to run and had no core.");
            html.table("cells", machine.head(), machine.rows());
        }
        if (!run.damage().isEmpty()) {
            html.heading(3, "damage", "Damaged or missing files");
            html.list(run.damage());
        }
        html.rawHtml("</section>");
    }

    /** From a cell's id to its raw folder. */
    private Map<String, String> links() {
        Map<String, String> links = new HashMap<>();
        for (Cell cell : run.cells()) {
            if (!cell.files.isEmpty()) {
                links.put(cell.id(), "cells/" + cell.id() + "/");
            }
        }
        return links;
    }

    private static List<String> head() {
        return List.of(
                "cell",
                "verdict",
                "offered/s",
                "achieved/s",
                "loader late p99",
                "peak buffer",
                "peak RSS",
                "remainder",
                "its bound",
                "chunks checked",
                "wrong",
                "gaps",
                "resyncs F / L / M",
                "GC pauses",
                "remarks");
    }

    private static List<String> row(Cell cell) {
        CellResult r = cell.result;
        List<String> reasons = new ArrayList<>();
        if (!r.verdict().reasons().isEmpty()) {
            reasons.add(
                    r.verdict().reasons().size() == 1
                            ? "1 reason"
                            : r.verdict().reasons().size() + " reasons");
        }
        if (Threats.machineBound(cell)) {
            reasons.add("machine-bound");
        }
        if (!cell.damage.isEmpty()) {
            reasons.add("damaged files: " + cell.damage.size());
        }
        String verdict = r.verdict().text();
        return List.of(
                r.id(),
                cell.damage.isEmpty() ? verdict : verdict + ", damaged",
                Units.count(r.offeredPerSecond()),
                Units.count(r.achievedPerSecond()),
                Units.micros(r.latency().loaderDelayP99()),
                Units.bytes(cell.peakRetained()),
                Units.bytes(r.rssPeakBytes()),
                Units.bytes(r.remainderPeakBytes()),
                Units.bytes(r.remainderBoundBytes()),
                Units.count(r.digest().checkedChunks()),
                Units.count(r.digest().mismatches()),
                Units.count(r.digest().gaps()),
                r.resyncs().full()
                        + " / "
                        + r.resyncs().partialLog()
                        + " / "
                        + r.resyncs().partialMemory(),
                r.gc().count() == 0
                        ? "none"
                        : r.gc().count() + " · " + Units.millis(r.gc().pauseMillis()),
                reasons.isEmpty() ? "" : String.join("; ", reasons));
    }

    private List<String> lost(String id) {
        List<String> row = new ArrayList<>(List.of(id, "damaged"));
        while (row.size() < head().size() - 1) {
            row.add(Units.NONE);
        }
        String reason =
                run.lost().stream()
                        .filter(lost -> lost.id().equals(id))
                        .map(Run.Lost::reason)
                        .findFirst()
                        .orElse("");
        row.add(reason);
        return row;
    }
}
