package io.replbuf.harness.report;

import io.replbuf.harness.report.Figure.BarSeries;
import io.replbuf.harness.report.Figure.Size;
import io.replbuf.harness.stats.Bootstrap;
import io.replbuf.harness.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What each switched-off change does: every arm's figure as a ratio to {@code shared} as it is, with its interval over processes. */
final class AblationFigures {
    private static final String ALL_ON = "shared";

    /** The strategy's blue, pale enough for whiskers and numbers to be read on it. */
    private static final int PALE = 0x9dcbea;

    private AblationFigures() {}

    private record Measure(String slug, String title, String unit, ToDoubleFunction<Cell> value) {}

    private static final List<Measure> MEASURES =
            List.of(
                    new Measure(
                            "cpu",
                            "Server CPU per GB sent",
                            "CPU s/GB relative to all on (ratio)",
                            cell ->
                                    cell.counter("seen_server_cpu_millis")
                                            * 1e6
                                            / cell.counter("seen_received_bytes")),
                    new Measure(
                            "writes",
                            "Sustained writes/s",
                            "writes/s relative to all on (ratio)",
                            cell -> cell.result.achievedPerSecond()),
                    new Measure(
                            "pinger",
                            "Longest answer to a 1 kHz pinger",
                            "longest answer relative to all on (ratio)",
                            cell -> cell.result.latency().pinger().max()),
                    new Measure(
                            "memory",
                            "Peak of the buffer",
                            "peak relative to all on (ratio)",
                            cell -> cell.peakRetained()));

    static boolean isAblation(Group group) {
        return group.scenario().startsWith("ablation");
    }

    /** Those that the scenario can tell: rates from a closed loop, stalls and memory where replicas lag under a schedule. */
    static List<Figure> of(Group group) {
        Group.Point point = group.largest();
        Group.Arm base = point.arm(ALL_ON);
        if (base == null) {
            return List.of();
        }
        boolean closed = base.cells().get(0).result.offeredPerSecond() == 0;
        List<Figure> figures = new ArrayList<>();
        for (Measure measure : closed ? MEASURES.subList(0, 2) : MEASURES.subList(2, 4)) {
            figures.add(bars(group, point, base, measure));
        }
        return figures;
    }

    private static Figure bars(Group group, Group.Point point, Group.Arm base, Measure measure) {
        List<String> names = new ArrayList<>();
        List<Group.Arm> arms = new ArrayList<>();
        for (Group.Arm arm : point.arms()) {
            names.add(arm == base ? "all on" : arm.strategy().replaceFirst("^shared-", ""));
            arms.add(arm);
        }
        double[] ratios = new double[arms.size()];
        double[] low = new double[arms.size()];
        double[] high = new double[arms.size()];
        double[] all = finite(base, measure.value());
        for (int i = 0; i < ratios.length; i++) {
            double[] values = finite(arms.get(i), measure.value());
            if (values.length == 0 || all.length == 0) {
                ratios[i] = low[i] = high[i] = Double.NaN;
                continue;
            }
            Interval ratio = Bootstrap.ratio(values, all);
            ratios[i] = ratio.estimate();
            low[i] = ratio.isKnown() ? ratio.low() : Double.NaN;
            high[i] = ratio.isKnown() ? ratio.high() : Double.NaN;
        }
        return new Figure.Bars(
                group.scenario() + "-" + measure.slug(),
                measure.title()
                        + " with one change switched off · "
                        + group.scenario()
                        + ", "
                        + point.label()
                        + ", "
                        + base.trials()
                        + (base.trials() == 1 ? " trial" : " trials"),
                "Bars: ratio of medians to shared as it is; whiskers: 95 % interval over processes, its longer half on both sides"
                        + (base.trials() == 1 ? ", none from one process" : "")
                        + ". A whisker across 1 says that this switch makes no difference that this run can tell.",
                Axis.linear("what is switched off, or what stands in its place"),
                Axis.fromZero(measure.unit()),
                names,
                List.of(new BarSeries(measure.title(), Look.fill(PALE), ratios, low, high)),
                false,
                Size.WIDE);
    }

    private static double[] finite(Group.Arm arm, ToDoubleFunction<Cell> value) {
        return Arrays.stream(arm.values(value)).filter(v -> Double.isFinite(v) && v > 0).toArray();
    }
}
