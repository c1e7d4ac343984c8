package io.replbuf.harness.report;

import io.replbuf.harness.report.Figure.Kind;
import io.replbuf.harness.report.Figure.Series;
import io.replbuf.harness.report.Figure.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Lag of every replica over time as a heat map, and of the slowest one as a curve with its resyncs. */
final class LagFigures {
    /** More columns than this are thinner than a pixel of a small chart. */
    private static final int COLUMNS_MAX = 120;

    private static final int POINTS_MAX = 240;

    /** Share of a map's cells with a lag worth a colour. */
    private static final double LAGGING_MIN = 0.1;

    private LagFigures() {}

    /** One map per strategy at a point, all with one colour scale. */
    static List<Figure> heat(String scenario, Group.Point point) {
        double top = 0;
        for (Group.Arm arm : point.arms()) {
            top = Math.max(top, arm.drawn().lags().peak());
        }
        List<Figure> figures = new ArrayList<>();
        for (Group.Arm arm : point.arms()) {
            LagGrid grid = arm.drawn().lags();
            if (grid.hasSamples() && grid.replicas.length > 1) {
                figures.add(
                        heat(scenario, point, arm, grid, MemoryFigures.ceiling(top / Units.MIB)));
            }
        }
        return figures;
    }

    private static Figure heat(
            String scenario, Group.Point point, Group.Arm arm, LagGrid grid, double topMiB) {
        int samples = grid.seconds.length;
        int columns = Math.min(samples, COLUMNS_MAX);
        double[] x = new double[columns];
        double[][] cells = new double[columns][grid.replicas.length];
        for (int column = 0; column < columns; column++) {
            int from = (int) ((long) column * samples / columns);
            int to = (int) ((long) (column + 1) * samples / columns);
            x[column] = grid.seconds[from];
            for (int row = 0; row < grid.replicas.length; row++) {
                cells[column][row] = worst(grid, row, from, to);
            }
        }
        return new Figure.Heat(
                MemoryFigures.id(scenario, point, "lag", arm.strategy()),
                arm.name() + " · lag · " + scenario + ", " + point.label() + " · " + point.drawn(),
                "A row a replica, one colour scale for all strategies. A lag is the primary's offset minus what the socket took.",
                Axis.linear("time since start of measuring (s)"),
                Axis.linear("replica"),
                x,
                Arrays.stream(grid.replicas).asDoubleStream().toArray(),
                cells,
                "MiB",
                topMiB,
                Size.SMALL);
    }

    /** The largest lag of some samples in MiB, or why there is none. */
    private static double worst(LagGrid grid, int row, int from, int to) {
        double worst = Double.NaN;
        boolean snapshot = false;
        for (int sample = from; sample < to; sample++) {
            double lag = grid.lag[sample][row] / Units.MIB;
            worst = Double.isNaN(worst) || lag > worst ? lag : worst;
            snapshot |= grid.snapshot[sample][row];
        }
        return Double.isNaN(worst) ? snapshot ? Figure.Heat.SNAPSHOT : Figure.Heat.AWAY : worst;
    }

    /** Whether hardly a replica ever lags, so that the maps are empty. */
    static boolean empty(Group.Point point) {
        return point.arms().stream().allMatch(arm -> lagging(arm.drawn().lags()) < LAGGING_MIN);
    }

    private static double lagging(LagGrid grid) {
        int all = 0;
        int lagging = 0;
        for (int sample = 0; sample < grid.seconds.length; sample++) {
            for (int row = 0; row < grid.replicas.length && grid.seconds[sample] >= 0; row++) {
                all++;
                // A place that is none (NaN) is something to see, too.
                lagging += grid.lag[sample][row] < Units.MIB ? 0 : 1;
            }
        }
        return all == 0 ? 0 : (double) lagging / all;
    }

    /** Lag of the replica that fell furthest behind, with a mark where it had to resync. */
    static Figure slowest(String scenario, Group.Point point) {
        List<Series> series = new ArrayList<>();
        List<Series> marks = new ArrayList<>();
        for (Group.Arm arm : point.arms()) {
            Cell cell = arm.drawn();
            LagGrid grid = cell.lags();
            if (!grid.hasSamples()) {
                continue;
            }
            int row = slowest(grid);
            double[] lag =
                    IntStream.range(0, grid.seconds.length)
                            .mapToDouble(i -> grid.lag[i][row] / Units.MIB)
                            .toArray();
            int[] keep = MinMax.keep(lag, POINTS_MAX);
            series.add(
                    Series.of(
                            arm.strategy(),
                            arm.look().withoutMark(),
                            Kind.LINE,
                            MinMax.pick(grid.seconds, keep),
                            MinMax.pick(lag, keep)));
            double[] at =
                    cell.resyncs.stream()
                            .filter(
                                    r ->
                                            r.replica() == grid.replicas[row]
                                                    && r.avoidable()
                                                    && r.atMillis() >= 0
                                                    && r.kind() == Resync.Kind.FULL)
                            .mapToDouble(r -> r.atMillis() / 1_000)
                            .toArray();
            if (at.length > 0) {
                Look look = new Look(arm.look().color(), arm.look().dash(), arm.look().mark());
                marks.add(
                        Series.of(
                                arm.strategy() + ", full resync",
                                look,
                                Kind.POINTS,
                                at,
                                new double[at.length]));
            }
        }
        series.addAll(marks);
        return new Figure.Lines(
                scenario + "-" + point.slug() + "-slowest",
                "Lag of the slowest replica · "
                        + scenario
                        + ", "
                        + point.label()
                        + " · "
                        + point.drawn(),
                "Lag is the primary's offset minus what the replica's socket took. Marks on the axis: a full resync began.",
                Axis.linear("time since start of measuring (s)"),
                Axis.fromZero("lag (MiB)"),
                series,
                Size.MEDIUM);
    }

    private static int slowest(LagGrid grid) {
        int slowest = 0;
        double most = -1;
        for (int row = 0; row < grid.replicas.length; row++) {
            double sum = 0;
            for (int sample = 0; sample < grid.seconds.length; sample++) {
                double lag = grid.lag[sample][row];
                sum += grid.seconds[sample] >= 0 && !Double.isNaN(lag) ? lag : 0;
            }
            if (sum > most) {
                most = sum;
                slowest = row;
            }
        }
        return slowest;
    }
}
