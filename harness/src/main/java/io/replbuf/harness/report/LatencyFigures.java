package io.replbuf.harness.report;

import io.replbuf.harness.report.Figure.Kind;
import io.replbuf.harness.report.Figure.Series;
import io.replbuf.harness.report.Figure.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Latency by percentile and over time. Repetitions are merged as histograms, never averaged as percentiles. */
final class LatencyFigures {
    /** A percentile is drawn while at least this many samples lie beyond it. */
    static final int SAMPLES_BEYOND = 10;

    private static final String LATE = "the loader itself was late";

    private static final int STEPS_PER_NINE = 50;
    private static final double MICROS = 1_000.0;

    private LatencyFigures() {}

    /** Response and service time of writes, a pair of curves per strategy: one axis for all points of a scenario. */
    static List<Figure> response(Group group) {
        List<List<Series>> all = new ArrayList<>();
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        for (Group.Point point : group.points()) {
            List<Series> series = response(point);
            all.add(series);
            for (Series one : series) {
                // The loader's own lateness begins near nothing, which would leave the rest no
                // room.
                double least = Arrays.stream(one.y()).min().orElse(low);
                low = one.name().equals(LATE) ? low : Math.min(low, least);
                high = Math.max(high, Arrays.stream(one.y()).max().orElse(high));
            }
        }
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).isEmpty()) {
                Group.Point point = group.points().get(i);
                double floor = decade(low, false);
                List<Series> series = all.get(i).stream().map(s -> s.above(floor)).toList();
                figures.add(response(group.scenario(), point, series, floor, decade(high, true)));
            }
        }
        return figures;
    }

    private static List<Series> response(Group.Point point) {
        List<Series> series = new ArrayList<>();
        Histogram late = new Histogram(3);
        late.setAutoResize(true);
        for (Group.Arm arm : point.arms()) {
            Histogram response = merged(arm, "client.response");
            curve(series, arm.name(), arm.look().withoutMark(), response);
            marks(series, arm, response);
            Look thin = arm.look().asModel();
            int before = series.size();
            curve(series, arm.strategy() + " service", thin, merged(arm, "client.service"));
            if (series.size() > before) {
                series.add(series.remove(before).unnamed());
            }
            late.add(merged(arm, "loader.delay"));
        }
        curve(series, LATE, Look.line(0x8c959f, Look.Dash.DASH_DOT), late);
        return series;
    }

    /** A mark at p50 and p99, which are hard to find on a curve. */
    private static void marks(List<Series> series, Group.Arm arm, Histogram histogram) {
        double[] at = {50, 99};
        if (highestPercentile(histogram.getTotalCount()) < 99) {
            return;
        }
        double[] x = new double[at.length];
        double[] y = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            x[i] = -Math.log10(1 - at[i] / 100);
            y[i] = histogram.getValueAtPercentile(at[i]) / MICROS;
        }
        series.add(
                Series.of(arm.strategy() + " p50, p99", arm.look(), Kind.POINTS, x, y).unnamed());
    }

    private static Figure response(
            String scenario, Group.Point point, List<Series> series, double low, double high) {
        return percentiles(
                scenario + "-" + point.slug() + "-latency",
                "Response time of writes · "
                        + scenario
                        + ", "
                        + point.label()
                        + " · "
                        + trials(point),
                "Curve: from the intended start, so that waiting counts; dots of its colour: from the real send. A write took something"
                        + " between; a difference smaller than the loader's own lateness says nothing. Marks: p50 and p99. Curves end where"
                        + " fewer than "
                        + SAMPLES_BEYOND
                        + " samples lie beyond.",
                Axis.logMicros("time of a write").from(low).upTo(high),
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
                Axis.logMicros("time of a PING"),
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
                Axis.logMicros("slowest PING"),
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
            String id, String title, String caption, Axis y, List<Series> series) {
        double most = 1;
        for (Series one : series) {
            most = Math.max(most, one.x()[one.x().length - 1]);
        }
        Axis x = new Axis("percentile", Axis.Scale.PERCENTILE, 0, Math.ceil(most * 2) / 2);
        return new Figure.Lines(id, title, caption, x, y, series, Size.MEDIUM);
    }

    /** The power of ten below or above a value. */
    private static double decade(double value, boolean above) {
        double exponent = Math.log10(Math.max(value, 1e-3));
        return Math.pow(10, above ? Math.ceil(exponent) : Math.floor(exponent));
    }

    private static String trials(Group.Point point) {
        int most = point.arms().stream().mapToInt(Group.Arm::trials).max().orElse(0);
        return most == 1 ? "1 trial" : most + " trials merged";
    }
}
