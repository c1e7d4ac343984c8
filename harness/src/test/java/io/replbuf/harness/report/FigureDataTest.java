package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.replbuf.harness.measure.RunFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Charts as data: what they would draw, compared with what the files say. */
class FigureDataTest {
    @TempDir static Path folder;

    private static Run run;

    @BeforeAll
    static void read() throws IOException {
        run = Run.read(new RunFiles(SyntheticRun.quick(folder)));
    }

    @Test
    void shouldStackOwnersUpToTheLedger() {
        Group.Point point = run.group("stall-together").largest();
        Figure.Lines legacy = (Figure.Lines) MemoryFigures.overTime("stall-together", point).get(0);

        Figure.Series copies = series(legacy, Owner.DUPLICATED.label);
        Figure.Series once = series(legacy, Owner.UNIQUE.label);
        assertThat(copies.low()).isEqualTo(once.y());
        double[] floor = series(legacy, Owner.OVERHEAD.label).low();
        double tallest =
                IntStream.range(0, floor.length)
                        .mapToDouble(i -> copies.y()[i] - floor[i])
                        .max()
                        .orElseThrow();
        double peak = point.arm("legacy").typical().peakRetained() / Units.MIB;
        assertThat(tallest).isBetween(0.9 * peak, 1.1 * peak);
        assertThat(legacy.title())
                .contains("legacy")
                .contains("stall-together")
                .contains("N = 16")
                .contains("1 trial");
    }

    @Test
    void shouldShowAllStrategiesOnOneMemoryAxis() {
        List<Figure> figures =
                MemoryFigures.overTime("stall-together", run.group("stall-together").largest());

        assertThat(figures)
                .hasSize(3)
                .extracting(figure -> ((Figure.Lines) figure).y().max())
                .containsOnly(2_000.0);
    }

    @Test
    void shouldPutTheClosedFormThroughThePeaks() {
        Figure.Lines figure =
                (Figure.Lines) MemoryFigures.againstReplicas(run.group("stall-together"));

        for (String strategy : SyntheticRun.STRATEGIES) {
            double measured = series(figure, strategy).y()[0];
            Figure.Series model = series(figure, strategy + " (model)");
            assertThat(model.y()[15]).as(strategy).isCloseTo(measured, within(0.05 * measured));
        }
    }

    @Test
    void shouldStepFromPartialToFullWhereTheBacklogEnds() {
        Group.Point point = run.group("disconnect-sweep").largest();
        Figure.Lines figure = (Figure.Lines) ResyncFigures.byOutage("disconnect-sweep", point);

        Figure.Series legacy = series(figure, "legacy");
        assertThat(legacy.x()).hasSize(12);
        double edge = series(figure, "legacy (model)").x()[1];
        assertThat(edge).isCloseTo(2.0, within(0.05));
        for (int i = 0; i < legacy.x().length; i++) {
            assertThat(legacy.y()[i] > 0.5)
                    .as("outage %s s", legacy.x()[i])
                    .isEqualTo(legacy.x()[i] > edge);
        }
        assertThat(max(series(figure, "aof-psync").y())).isLessThan(0.5);
    }

    @Test
    void shouldCountResyncsByKindAndCause() {
        Figure.Bars figure = (Figure.Bars) ResyncFigures.overview(run.groups());

        int legacy = figure.categories().indexOf("slow-reader · legacy");
        int log = figure.categories().indexOf("slow-reader · aof-psync");
        Figure.BarSeries limit =
                figure.series().stream()
                        .filter(series -> series.name().equals("full · limit"))
                        .findFirst()
                        .orElseThrow();
        assertThat(limit.values()[legacy]).isGreaterThanOrEqualTo(2);
        assertThat(limit.values()[log]).isZero();
    }

    @Test
    void shouldDrawAllPointsOfAScenarioOnOneLatencyAxis() {
        List<Figure> figures = LatencyFigures.response(run.group("steady"));
        assertThat(figures).hasSize(3);
        assertThat(figures)
                .extracting(figure -> ((Figure.Lines) figure).y().max())
                .containsOnly(((Figure.Lines) figures.get(0)).y().max());
    }

    @Test
    void shouldTellAwayFromBeingSentASnapshot() {
        Group.Point point = run.group("disconnect-sweep").largest();
        Figure.Heat legacy = (Figure.Heat) LagFigures.heat("disconnect-sweep", point).get(0);
        double[] longest =
                IntStream.range(0, legacy.columns().length)
                        .filter(i -> legacy.columns()[i] > 0)
                        .mapToDouble(i -> legacy.cells()[i][11])
                        .toArray();
        assertThat(longest).contains(Figure.Heat.AWAY);
    }

    @Test
    void shouldEndACurveWhereTheSampleDoes() {
        Group.Point point = run.group("drop-laggard").largest();
        Figure.Lines figure = (Figure.Lines) LatencyFigures.pinger("drop-laggard", point);

        double samples =
                LatencyFigures.merged(point.arm("shared"), "pinger.response").getTotalCount();
        Figure.Series shared = series(figure, "shared");
        assertThat(shared.x()[shared.x().length - 1])
                .isCloseTo(Math.log10(samples / 10), within(0.05));
    }

    @Test
    void shouldLeaveOutTheLagOfReplicasThatAreAway() {
        Cell cell = run.group("disconnect-sweep").largest().arm("legacy").typical();
        LagGrid grid = cell.lags();

        // Replica 11 is away for 5 s from 0.5 s on: nothing pins memory for it then.
        for (int sample = 0; sample < grid.seconds.length; sample++) {
            if (grid.seconds[sample] > 0.7 && grid.seconds[sample] < 5.3) {
                assertThat(grid.lag[sample][11]).as("at %s s", grid.seconds[sample]).isNaN();
            }
        }
    }

    @Test
    void shouldLabelPointsByWhatPartsThem() {
        assertThat(run.group("steady").points())
                .extracting(Group.Point::label)
                .containsExactly("N = 1", "N = 8", "N = 32");
    }

    @Test
    void shouldSizeABacklogFromTheMeasuredRate() {
        String line = new Sizing(run).html();

        assertThat(line)
                .contains("10.2 MiB/s")
                .contains("value=\"10.2\"")
                .contains("674mb")
                .contains("repl-backlog-size");
    }

    private static Figure.Series series(Figure.Lines figure, String name) {
        return figure.series().stream()
                .filter(series -> series.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static double max(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }
}
