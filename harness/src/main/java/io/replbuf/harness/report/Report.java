package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellSummary;
import io.replbuf.harness.measure.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws the charts of a run and writes its page.
 *
 * <p>A pure function of the run's folder: reads the raw files, writes {@code report.html} and {@code charts/}, and makes the
 * same bytes whenever it is called on the same files. Runs on the caller's thread and takes a few seconds.
 */
public final class Report {
    private Report() {}

    /**
     * What came of it.
     *
     * @param page the report
     * @param charts files in {@code charts/}, in the order of the page
     * @param warnings one line each: damaged or missing files, charts that could not be drawn; empty when all is well
     */
    public record Result(Path page, List<Path> charts, List<String> warnings) {
        public Result {
            charts = List.copyOf(charts);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Writes report and charts beside the raw files. A cell that cannot be read is shown as damaged and the rest goes on.
     *
     * @throws IOException if {@code run.json} cannot be read or the report cannot be written; names file, line and what was
     *     expected
     */
    public static Result write(Path runDir) throws IOException {
        Run run = Run.read(new RunFiles(runDir));
        List<String> warnings = new ArrayList<>(run.damage());
        String font = Fonts.family();
        if (font == null) {
            warnings.add(Fonts.REMEDY);
        }
        FigureFiles figures = new FigureFiles(runDir.resolve("charts"), font);
        String html = new Page(run, figures).write();
        Path page = runDir.resolve("report.html");
        Files.writeString(page, html);
        return new Result(page, List.copyOf(figures.written()), warnings);
    }

    /**
     * What the page of a run would compute from its series, by cell: all that an archive must keep of them. Cells with damaged files
     * are left out. Writes nothing.
     */
    public static Map<String, CellSummary.Figures> figures(Path runDir) throws IOException {
        Run run = Run.read(new RunFiles(runDir));
        // Without a font nothing is drawn, but every number is asked for.
        new Page(run, new FigureFiles(runDir, null)).write();
        Map<String, CellSummary.Figures> byCell = new TreeMap<>();
        for (Cell cell : run.cells()) {
            if (cell.damage.isEmpty()) {
                byCell.put(cell.id(), cell.figures());
            }
        }
        return byCell;
    }
}
