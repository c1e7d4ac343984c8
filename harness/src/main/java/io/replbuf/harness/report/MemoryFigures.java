package io.replbuf.harness.report;

import io.replbuf.harness.report.Figure.Kind;
import io.replbuf.harness.report.Figure.Series;
import io.replbuf.harness.report.Figure.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Memory over time by owner, and peak memory against the number of replicas with the closed form beside it. */
final class MemoryFigures {
    private static final int POINTS_MAX = 240;

    /** Beyond the backlog, as a share of RSS. */
    private static final double SLIVER = 0.1;

    private MemoryFigures() {}

    /** One chart per strategy at a point, all with one memory axis, so that their areas can be compared. */
    static List<Figure> overTime(String scenario, Group.Point point) {
        double top = 0;
        for (Group.Arm arm : point.arms()) {
            Cell cell = arm.drawn();
            top = Math.max(top, max(cell.memoryBytes("rss")));
            double[] total = new double[cell.memory.size()];
            for (Owner owner : Owner.in(cell)) {
                total = added(total, owner.bytes(cell));
            }
            top = Math.max(top, max(total));
        }
        List<Figure> figures = new ArrayList<>();
        for (Group.Arm arm : point.arms()) {
            if (arm.drawn().memory.size() > 0) {
                figures.add(overTime(scenario, point, arm, ceiling(top / Units.MIB)));
            }
        }
        return figures;
    }

    private static Figure overTime(
            String scenario, Group.Point point, Group.Arm arm, double topMiB) {
        Cell cell = arm.drawn();
        double[] rss = mib(cell.memoryBytes("rss"));
        int[] keep = MinMax.keep(rss, POINTS_MAX);
        double[] seconds = MinMax.pick(cell.memorySeconds(), keep);
        List<Series> stack = new ArrayList<>();
        double[] floor = new double[rss.length];
        for (Owner owner : Owner.in(cell)) {
            double[] top = added(floor, mib(owner.bytes(cell)));
            stack.add(
                    Series.band(
                            owner.label,
                            owner.look,
                            seconds,
                            MinMax.pick(floor, keep),
                            MinMax.pick(top, keep)));
            floor = top;
        }
        stack.add(
                Series.of(
                        "RSS",
                        Look.line(0x000000, Look.Dash.DASHED),
                        Kind.LINE,
                        seconds,
                        MinMax.pick(rss, keep)));
        return new Figure.Lines(
                id(scenario, point, "memory", arm.strategy()),
                arm.name() + " · " + scenario + ", " + point.label() + " · " + trials(arm.trials()),
                Owner.hasParts(cell)
                        ? "Bands add up to RSS, but for what the parts claim that is not resident yet."
                        : "The gap up to the RSS line: the JVM's native memory, heap that is touched but free, and the remainder.",
                Axis.linear("time since start of measuring (s)"),
                Axis.fromZero("memory (MiB)").upTo(topMiB),
                stack,
                Size.SMALL);
    }

    /** Measured peaks of the ledger over N, and what the closed form says of the lags that were measured. */
    static Figure againstReplicas(Group group) {
        List<Series> series = new ArrayList<>();
        int most = group.points().stream().mapToInt(Group.Point::replicas).max().orElse(1);
        double[] counts = counts(Math.max(most, 2));
        for (String strategy : group.strategies()) {
            List<Group.Point> with =
                    group.points().stream().filter(p -> p.arm(strategy) != null).toList();
            Prediction prediction =
                    Prediction.of(with.get(with.size() - 1).arm(strategy).typical());
            double[] model = new double[counts.length];
            Arrays.setAll(model, i -> prediction.peakBytes((int) counts[i]) / Units.MIB);
            if (prediction.known()) {
                series.add(Series.model(strategy, counts, model));
            }
            double[] x = with.stream().mapToDouble(Group.Point::replicas).toArray();
            double[] y =
                    with.stream()
                            .mapToDouble(
                                    p -> p.arm(strategy).median(Cell::peakRetained) / Units.MIB)
                            .toArray();
            double[] spread =
                    with.stream()
                            .mapToDouble(
                                    p -> p.arm(strategy).halfSpread(Cell::peakRetained) / Units.MIB)
                            .toArray();
            boolean repeated = with.stream().anyMatch(p -> p.arm(strategy).trials() > 1);
            Series points = Series.of(strategy, Look.of(strategy), Kind.POINTS, x, y);
            series.add(repeated ? points.withSpread(spread) : points);
        }
        return new Figure.Lines(
                group.scenario() + "-memory-against-n",
                "Peak of the buffer against N · "
                        + group.scenario()
                        + " · "
                        + trials(mostTrials(group)),
                "Points are peaks of the ledger; dotted lines the closed form, fed with the lags that were measured:"
                        + " legacy B + Σ lag, shared max(B, max lag), aof-psync the same but at most its window.",
                Axis.fromZero("replicas N"),
                Axis.fromZero("peak memory of the buffer (MiB)"),
                series,
                Size.MEDIUM);
    }

    static String trials(int count) {
        return count == 1 ? "1 trial" : "median of " + count + " trials";
    }

    /** Whether the buffer's memory is a sliver of the process' in all arms, so that the charts are flat. */
    static boolean flat(Group.Point point) {
        return point.arms().stream()
                .map(Group.Arm::typical)
                .allMatch(
                        cell ->
                                cell.peakRetained() - cell.backlogBytes()
                                        < SLIVER * cell.result.rssPeakBytes());
    }

    static int mostTrials(Group group) {
        return group.points().stream()
                .flatMap(p -> p.arms().stream())
                .mapToInt(Group.Arm::trials)
                .max()
                .orElse(0);
    }

    static String id(String scenario, Group.Point point, String what, String strategy) {
        return scenario + "-" + point.slug() + "-" + what + "-" + strategy;
    }

    /** The next round number at or above a value: 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten. */
    static double ceiling(double value) {
        if (!(value > 0)) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 1.5, 2, 3, 4, 5, 6, 8, 10}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static double[] counts(int most) {
        double[] counts = new double[most];
        Arrays.setAll(counts, i -> i + 1);
        return counts;
    }

    private static double[] mib(double[] bytes) {
        Arrays.setAll(bytes, i -> bytes[i] / Units.MIB);
        return bytes;
    }

    private static double[] added(double[] a, double[] b) {
        double[] sum = new double[a.length];
        Arrays.setAll(sum, i -> a[i] + b[i]);
        return sum;
    }

    private static double max(double[] values) {
        return Arrays.stream(values).max().orElse(0);
    }
}
