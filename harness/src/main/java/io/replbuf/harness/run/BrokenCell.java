package io.replbuf.harness.run;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.scenario.Cell;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is written down of a cell that did not come to its end: its name, its settings, and the reason. It has no number. */
public final class BrokenCell {
    private BrokenCell() {}

    /** A failed result, without measures. */
    public static CellResult of(Cell cell, String reason) {
        return new CellResult(
                RunFiles.SCHEMA_VERSION,
                cell.id(),
                cell.scenario().name(),
                cell.strategy(),
                cell.target().kind().name().toLowerCase(Locale.ROOT),
                cell.repetition(),
                CellParameters.of(cell),
                cell.seed(),
                cell.directives(),
                List.of(),
                new CellResult.Verdict(CellResult.Status.FAILED, false, List.of(reason)),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                0,
                0,
                0,
                0,
                0,
                new CellResult.Digest("none", 0, 0, 0, 0),
                new CellResult.Latency(
                        CellResult.Percentiles.NONE,
                        CellResult.Percentiles.NONE,
                        CellResult.Percentiles.NONE,
                        CellResult.Percentiles.NONE,
                        0),
                Map.of(),
                0,
                0,
                -1,
                new CellResult.Resyncs(0, 0, 0),
                Map.of(),
                0,
                0,
                new CellResult.Gc(0, 0),
                Map.of(),
                null,
                null);
    }
}
