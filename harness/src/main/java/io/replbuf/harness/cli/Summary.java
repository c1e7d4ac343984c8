package io.replbuf.harness.cli;

import io.replbuf.harness.measure.CellResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The last lines of a run: which cells were failed or suspect and why, and where the report is. */
final class Summary {
    /** Server logs may stand in a reason; the report has them in full. */
    private static final int REASON_CHARS_MAX = 200;

    private Summary() {}

    /**
     * @param verdicts of the cells that ran or were kept, by id, in their order
     * @param page null when there is none
     */
    static List<String> of(Map<String, CellResult.Verdict> verdicts, Path page) {
        List<String> lines = new ArrayList<>();
        // The worst last, beside the path: that is where a reader looks first.
        add(lines, verdicts, CellResult.Status.SUSPECT);
        add(lines, verdicts, CellResult.Status.FAILED);
        long advisory =
                verdicts.values().stream().filter(CellResult.Verdict::latencyAdvisory).count();
        lines.add(
                verdicts.size()
                        + (verdicts.size() == 1 ? " cell: " : " cells: ")
                        + count(verdicts, CellResult.Status.FAILED)
                        + " failed, "
                        + count(verdicts, CellResult.Status.SUSPECT)
                        + " suspect, "
                        + count(verdicts, CellResult.Status.OK)
                        + " ok; latency advisory in "
                        + advisory);
        if (page != null) {
            lines.add("Report: " + page.toAbsolutePath().normalize());
        }
        return lines;
    }

    private static void add(
            List<String> lines,
            Map<String, CellResult.Verdict> verdicts,
            CellResult.Status status) {
        verdicts.forEach(
                (id, verdict) -> {
                    if (verdict.status() == status) {
                        String grade =
                                status == CellResult.Status.FAILED ? "Failed: " : "Suspect: ";
                        lines.add(grade + id + ": " + reason(verdict));
                    }
                });
    }

    private static String reason(CellResult.Verdict verdict) {
        String reason = verdict.reasons().isEmpty() ? "no reason" : verdict.reasons().get(0);
        String line = reason.replaceAll("\\s+", " ");
        return line.length() <= REASON_CHARS_MAX
                ? line
                : line.substring(0, REASON_CHARS_MAX - 2) + " …";
    }

    private static long count(Map<String, CellResult.Verdict> verdicts, CellResult.Status status) {
        return verdicts.values().stream().filter(verdict -> verdict.status() == status).count();
    }
}
