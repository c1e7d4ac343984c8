package io.replbuf.harness.report;

import io.replbuf.harness.report.Figure.BarSeries;
import io.replbuf.harness.report.Figure.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ours beside the real servers that they imitate: memory per byte of lag, and full resyncs after outages. */
final class PeerFigures {
    private PeerFigures() {}

    /** Empty unless a real server took part. */
    static List<Figure> of(List<Group> groups) {
        List<Figure> figures = new ArrayList<>();
        for (Group group : groups) {
            Group.Point point = group.largest();
            if (point.arms().stream().noneMatch(arm -> isPeer(arm.strategy()))) {
                continue;
            }
            if (point.cells().stream().anyMatch(cell -> cell.lags().peak() > Units.MIB)) {
                figures.add(
                        bars(
                                group.scenario() + "-peers-memory",
                                "Memory per byte of lag · "
                                        + group.scenario()
                                        + ", "
                                        + point.label(),
                                "Peak of the buffer over the lag of the slowest replica; for real servers by their own INFO.",
                                "bytes held per byte of lag (ratio)",
                                point,
                                PeerFigures::perLaggingByte));
            }
            if (point.cells().stream().anyMatch(cell -> !ResyncFigures.after(cell).isEmpty())) {
                figures.add(
                        bars(
                                group.scenario() + "-peers-resyncs",
                                "Full resyncs after an outage · "
                                        + group.scenario()
                                        + ", "
                                        + point.label(),
                                "The same replicas, outages and rate on both.",
                                "full resyncs (count)",
                                point,
                                cell -> cell.avoidable(Resync.Kind.FULL)));
            }
        }
        return figures;
    }

    /** Where nobody lags, there is nothing to put the memory in proportion to. */
    private static double perLaggingByte(Cell cell) {
        double lag = cell.lags().peak();
        return lag > Units.MIB ? cell.peakRetained() / lag : Double.NaN;
    }

    static boolean isPeer(String strategy) {
        return strategy.startsWith("redis") || strategy.startsWith("valkey");
    }

    private static Figure bars(
            String id,
            String title,
            String caption,
            String unit,
            Group.Point point,
            java.util.function.ToDoubleFunction<Cell> value) {
        // Pairs stand side by side: the strategy, then the server that it imitates.
        List<Group.Arm> arms = new ArrayList<>();
        for (String name :
                new String[] {
                    "legacy", "redis-6.2", "shared", "redis-7.0", "valkey", "aof-psync"
                }) {
            point.arms().stream().filter(arm -> arm.strategy().startsWith(name)).forEach(arms::add);
        }
        point.arms().stream().filter(arm -> !arms.contains(arm)).forEach(arms::add);
        List<BarSeries> series = new ArrayList<>();
        for (int i = 0; i < arms.size(); i++) {
            double[] values = new double[arms.size()];
            Arrays.fill(values, Double.NaN);
            values[i] = arms.get(i).median(value);
            series.add(new BarSeries(arms.get(i).strategy(), arms.get(i).look(), values));
        }
        return new Figure.Bars(
                id,
                title,
                caption,
                Axis.linear("strategy or server"),
                Axis.fromZero(unit),
                arms.stream().map(Group.Arm::strategy).toList(),
                series,
                true,
                Size.MEDIUM);
    }
}
