package io.replbuf.harness.report;

import io.replbuf.harness.report.Figure.Kind;
import io.replbuf.harness.report.Figure.Series;
import io.replbuf.harness.report.Figure.Size;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Latency by percentile and over time. Repetitions are merged as histograms, never averaged as percentiles. */
final class LatencyFigures {
    /** A percentile is drawn while at least this many samples lie beyond it. */
    static final int SAMPLES_BEYOND = 10;

    private static final int STEPS_PER_NINE = 50;
    private static final double MICROS = 1_000.0;

    private LatencyFigures() {}

    /** Response time of writes from their intended start, one curve per strategy. */
    static Figure response(String scenario, Group.Point point) {
        List<Series> series = new ArrayList<>();
        for (Group.Arm arm : point.arms()) {
            curve(series, arm.strategy(), arm.look().withoutMark(), merged(arm, "client.response"));
        }
        return percentiles(
                scenario + "-" + point.slug() + "-latency",
                "Response time of writes · "
                        + scenario
                        + ", "
                        + point.label()
                        + " · "
                        + trials(point),
                "From the intended start, so that waiting counts. Each curve ends where fewer than "
                        + SAMPLES_BEYOND
                        + " samples lie beyond.",
                series);
    }

    /** The pinger of a scenario beside its control, which pings an idle echo process on the same machine. */
    static Figure pinger(String scenario, Group.Point point) {
        List<Series> series = new ArrayList<>();
        for (Group.Arm arm : point.arms()) {
            curve(series, arm.strategy(), arm.look().withoutMark(), merged(arm, "pinger.response"));
        }
        Histogram control = new Histogram(3);
        control.setAutoResize(true);
        point.arms().forEach(arm -> control.add(merged(arm, "control.response")));
        curve(
                series,
                "control (idle echo process)",
                Look.line(0x6e7781, Look.Dash.DOTTED),
                control);
        return percentiles(
                scenario + "-" + point.slug() + "-pinger",
                "1 kHz pinger and control · "
                        + scenario
                        + ", "
                        + point.label()
                        + " · "
                        + trials(point),
                "What the command loop adds is the distance from the control; the control is this machine's own noise.",
                series);
    }

    /** The pinger's worst answer in each interval, which shows the moment at which a laggard is dropped. */
    static Figure pingerOverTime(String scenario, Group.Point point) {
        List<Series> series = new ArrayList<>();
        for (Group.Arm arm : point.arms()) {
            Cell cell = arm.drawn();
            overTime(series, arm.strategy(), arm.look(), cell, "pinger.response");
        }
        Cell first = point.arms().get(0).drawn();
        overTime(
                series,
                "control, " + first.strategy() + " run",
                Look.line(0x6e7781, Look.Dash.DOTTED),
                first,
                "control.response");
        return new Figure.Lines(
                scenario + "-" + point.slug() + "-pinger-time",
                "Worst PING in each interval · "
                        + scenario
                        + ", "
                        + point.label()
                        + " · "
                        + point.drawn(),
                "A stall of the command loop is a step above the control.",
                Axis.linear("time since start of measuring (s)"),
                Axis.logMicros("slowest PING of the interval (time, log scale)"),
                series,
                Size.MEDIUM);
    }

    /** All repetitions of an arm while measuring. */
    static Histogram merged(Group.Arm arm, String tag) {
        Histogram sum = new Histogram(3);
        sum.setAutoResize(true);
        arm.cells().forEach(cell -> sum.add(cell.histogram(tag)));
        return sum;
    }

    /** The highest percentile that a sample supports, e.g. 99.9 for 10,000 samples; 0 if none. */
    static double highestPercentile(long samples) {
        return samples <= SAMPLES_BEYOND ? 0 : 100.0 * (1 - (double) SAMPLES_BEYOND / samples);
    }

    private static void curve(List<Series> series, String name, Look look, Histogram histogram) {
        long samples = histogram.getTotalCount();
        if (samples <= SAMPLES_BEYOND) {
            return;
        }
        double ninesMax = Math.log10((double) samples / SAMPLES_BEYOND);
        int steps = (int) Math.floor(ninesMax * STEPS_PER_NINE);
        double[] x = new double[steps + 1];
        double[] y = new double[steps + 1];
        for (int i = 0; i <= steps; i++) {
            x[i] = (double) i / STEPS_PER_NINE;
            y[i] =
                    Math.max(1, histogram.getValueAtPercentile(100 * (1 - Math.pow(10, -x[i]))))
                            / MICROS;
        }
        series.add(Series.of(name, look, Kind.LINE, x, y));
    }

    private static void overTime(
            List<Series> series, String name, Look look, Cell cell, String tag) {
        List<LatencyLog.Interval> intervals =
                cell.latency.intervals(tag).stream()
                        .filter(i -> i.histogram().getTotalCount() > 0)
                        .toList();
        double start = cell.startMillis();
        double[] x = intervals.stream().mapToDouble(i -> (i.endMillis() - start) / 1_000).toArray();
        double[] y =
                intervals.stream().mapToDouble(i -> i.histogram().getMaxValue() / MICROS).toArray();
        if (x.length > 0) {
            series.add(Series.of(name, look, Kind.LINE_AND_POINTS, x, y));
        }
    }

    private static Figure percentiles(
            String id, String title, String caption, List<Series> series) {
        double most = 1;
        for (Series one : series) {
            most = Math.max(most, one.x()[one.x().length - 1]);
        }
        Axis x = new Axis("percentile (%)", Axis.Scale.PERCENTILE, 0, Math.ceil(most * 2) / 2);
        return new Figure.Lines(
                id,
                title,
                caption,
                x,
                Axis.logMicros("latency (time, log scale)"),
                series,
                Size.MEDIUM);
    }

    private static String trials(Group.Point point) {
        int most = point.arms().stream().mapToInt(Group.Arm::trials).max().orElse(0);
        return most == 1 ? "1 trial" : most + " trials merged";
    }
}
