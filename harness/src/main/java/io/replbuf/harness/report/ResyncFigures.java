package io.replbuf.harness.report;

import io.replbuf.harness.report.Figure.BarSeries;
import io.replbuf.harness.report.Figure.Kind;
import io.replbuf.harness.report.Figure.Series;
import io.replbuf.harness.report.Figure.Size;
import io.replbuf.harness.stats.ResyncModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** Resyncs counted by kind and cause, and the kind against the length of the outage. */
final class ResyncFigures {
    /** Full resyncs are dark, those from the log orange, those from memory light; causes are shades of that. */
    private static final int[][] SHADES = {
        {0x2d0b45, 0x5b2a7d, 0x8a5bb0, 0xb08fd0},
        {0xb5471b, 0xd96f32, 0xee9a5d, 0xf5bd8d},
        {0xd9c27a, 0xe8d79c, 0xf2e6bf, 0xf8f2dc}
    };

    private ResyncFigures() {}

    /** Resyncs of the whole run: a bar per scenario and strategy. Null when there was none. */
    static Figure overview(List<Group> groups) {
        List<String> categories = new ArrayList<>();
        List<Group.Arm> arms = new ArrayList<>();
        for (Group group : groups) {
            Group.Point point = group.largest();
            boolean any =
                    point.cells().stream()
                            .anyMatch(
                                    cell ->
                                            cell.resyncs.stream()
                                                    .anyMatch(
                                                            r ->
                                                                    r.avoidable()
                                                                            && r.atMillis() >= 0));
            if (any) {
                for (Group.Arm arm : point.arms()) {
                    categories.add(group.scenario() + " · " + arm.strategy());
                    arms.add(arm);
                }
            }
        }
        if (arms.isEmpty()) {
            return null;
        }
        List<BarSeries> series = new ArrayList<>();
        int[] used = new int[SHADES.length];
        for (Part part : parts(arms)) {
            int[] shades = SHADES[part.kind().ordinal()];
            Look look =
                    Look.fill(shades[Math.min(used[part.kind().ordinal()]++, shades.length - 1)]);
            double[] values =
                    arms.stream()
                            .mapToDouble(arm -> mean(arm, cell -> count(cell, part)))
                            .toArray();
            series.add(new BarSeries(part.words(), look, values));
        }
        return new Figure.Bars(
                "resyncs",
                "Resyncs by kind and cause · every scenario that had any",
                "At the largest N of each scenario; mean of the trials. First syncs and planned joins are left out.",
                Axis.linear(""),
                Axis.fromZero("resyncs (count)"),
                categories,
                series,
                true,
                Size.WIDE);
    }

    /** Whether the resync after an outage was full, against its length, with the threshold that the model expects. */
    static Figure byOutage(String scenario, Group.Point point) {
        List<Series> series = new ArrayList<>();
        double longest = 0;
        for (Group.Arm arm : point.arms()) {
            for (Cell cell : arm.cells()) {
                longest =
                        Math.max(
                                longest,
                                after(cell).stream()
                                                .mapToDouble(Resync::outageMillis)
                                                .max()
                                                .orElse(0)
                                        / 1_000);
            }
        }
        int lane = 0;
        for (Group.Arm arm : point.arms()) {
            List<Resync> rows = new ArrayList<>();
            arm.cells().forEach(cell -> rows.addAll(after(cell)));
            rows.sort(Comparator.comparingDouble(Resync::outageMillis));
            double shift = (lane - (point.arms().size() - 1) / 2.0) * 0.035;
            double[] x = rows.stream().mapToDouble(r -> r.outageMillis() / 1_000).toArray();
            double[] y =
                    rows.stream()
                            .mapToDouble(r -> (r.kind() == Resync.Kind.FULL ? 1 : 0) + shift)
                            .toArray();
            double edge = coverSeconds(arm.typical());
            if (edge < longest && !Double.isNaN(edge)) {
                double[] mx = {0, edge, edge, longest * 1.05};
                double[] my = {shift, shift, 1 + shift, 1 + shift};
                series.add(Series.model(arm.strategy(), mx, my));
            } else if (!Double.isNaN(edge)) {
                double[] mx = {0, longest * 1.05};
                series.add(Series.model(arm.strategy(), mx, new double[] {shift, shift}));
            }
            series.add(Series.of(arm.strategy(), arm.look(), Kind.POINTS, x, y));
            lane++;
        }
        return new Figure.Lines(
                scenario + "-" + point.slug() + "-outage",
                "Partial or full after an outage · "
                        + scenario
                        + ", "
                        + point.label()
                        + " · "
                        + trials(point),
                "One point per replica: below, it resumed; above, it needed a full resync. Dotted: the model, a step at cover / W"
                        + " (memory kept, or log kept, over the stream's rate). Strategies are drawn a little apart.",
                Axis.fromZero("outage (s)"),
                new Axis("resync", Axis.Scale.PARTIAL_OR_FULL, -0.5, 1.5),
                series,
                Size.MEDIUM);
    }

    /** Bytes that a replica was sent to be level again, against the length of its outage. */
    static Figure bytesByOutage(String scenario, Group.Point point) {
        List<Series> series = new ArrayList<>();
        for (Group.Arm arm : point.arms()) {
            List<Resync> rows = new ArrayList<>();
            arm.cells().forEach(cell -> rows.addAll(after(cell)));
            rows.sort(Comparator.comparingDouble(Resync::outageMillis));
            double[] x = rows.stream().mapToDouble(r -> r.outageMillis() / 1_000).toArray();
            double[] y = rows.stream().mapToDouble(r -> r.bytes() / Units.MIB).toArray();
            series.add(Series.of(arm.strategy(), arm.look(), Kind.LINE_AND_POINTS, x, y));
        }
        return new Figure.Lines(
                scenario + "-" + point.slug() + "-outage-bytes",
                "What a resync carries · "
                        + scenario
                        + ", "
                        + point.label()
                        + " · "
                        + trials(point),
                "A partial resync carries what was missed, W × outage; a full one the data set and what changes meanwhile.",
                Axis.fromZero("outage (s)"),
                Axis.fromZero("sent to the replica (MiB)"),
                series,
                Size.MEDIUM);
    }

    /** Resyncs after a loss of the link while measuring. */
    static List<Resync> after(Cell cell) {
        return cell.resyncs.stream()
                .filter(r -> r.avoidable() && r.atMillis() >= 0 && r.outageMillis() > 0)
                .toList();
    }

    /** Outage that a strategy covers at the measured rate, in seconds; infinite for a log without a bound on bytes. */
    static double coverSeconds(Cell cell) {
        double rate = cell.streamRate();
        if (!(rate > 0)) {
            return Double.NaN;
        }
        double cover = cell.backlogBytes();
        if (cell.strategy().startsWith("aof-psync")) {
            cover =
                    Math.max(
                            cell.result.parameter("logRetentionBytes", Double.POSITIVE_INFINITY),
                            cell.windowBytes());
        }
        return ResyncModel.thresholdSeconds(cover, rate);
    }

    /** Resyncs that are counted together. */
    private record Part(Resync.Kind kind, String cause, boolean complete) {
        static Part of(Resync resync) {
            return new Part(resync.kind(), resync.cause(), resync.complete());
        }

        String words() {
            return kind.label + " · " + cause + (complete ? "" : ", broken off");
        }
    }

    private static TreeSet<Part> parts(List<Group.Arm> arms) {
        TreeSet<Part> parts =
                new TreeSet<>(
                        Comparator.comparing(Part::kind)
                                .thenComparing(Part::cause)
                                .thenComparing(Part::complete, Comparator.reverseOrder()));
        arms.stream()
                .flatMap(arm -> arm.cells().stream())
                .flatMap(cell -> cell.resyncs.stream())
                .filter(r -> r.avoidable() && r.atMillis() >= 0)
                .map(Part::of)
                .forEach(parts::add);
        return parts;
    }

    private static double count(Cell cell, Part part) {
        return cell.resyncs.stream()
                .filter(r -> r.avoidable() && r.atMillis() >= 0 && Part.of(r).equals(part))
                .count();
    }

    private static double mean(Group.Arm arm, ToDoubleFunction<Cell> value) {
        return arm.cells().stream().mapToDouble(value).average().orElse(0);
    }

    private static String trials(Group.Point point) {
        int most = point.arms().stream().mapToInt(Group.Arm::trials).max().orElse(0);
        return most == 1 ? "1 trial" : "mean of " + most + " trials";
    }
}
