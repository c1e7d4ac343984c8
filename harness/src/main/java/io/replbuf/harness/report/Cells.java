package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult;
import java.util.ArrayList;
import java.util.List;

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
        html.table("cells", head(), rows);
        if (!run.damage().isEmpty()) {
            html.heading(3, "damage", "Damaged or missing files");
            html.list(run.damage());
        }
        html.rawHtml("</section>");
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
                "reasons");
    }

    private static List<String> row(Cell cell) {
        CellResult r = cell.result;
        List<String> reasons = new ArrayList<>(r.verdict().reasons());
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
