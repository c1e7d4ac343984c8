package io.replbuf.harness.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One scenario on the page: its question, what happens and why, its charts, and its cells. */
final class Section {
    private final Group group;
    private final FigureFiles figures;
    private final Html html;

    Section(Group group, FigureFiles figures, Html html) {
        this.group = group;
        this.figures = figures;
        this.html = html;
    }

    void write() throws IOException {
        Story story = Story.of(group.scenario());
        html.rawHtml("<section>");
        html.heading(2, group.scenario(), group.scenario());
        html.paragraph("question", story.question());
        if (!story.picture().isEmpty()) {
            html.rawHtml(
                    "<pre class=\"picture\" role=\"img\" aria-label=\"who does what to whom\">"
                            + Html.escape(story.picture().stripTrailing())
                            + "</pre>");
        }
        story.steps().forEach(html::paragraph);
        html.paragraph("small", settings());
        figures(html, figures, charts());
        html.table("numbers", head(), rows());
        PhaseTable.write(group, html);
        sweepTable();
        html.rawHtml("</section>");
    }

    /** The charts of this scenario; which there are depends on what its files hold, not on its name. */
    private List<Figure> charts() {
        List<Figure> charts = new ArrayList<>();
        if (AblationFigures.isAblation(group)) {
            // A dozen arms of one family: curves over time would lie on top of each other.
            charts.addAll(AblationFigures.of(group));
            charts.removeIf(Figure::isEmpty);
            return charts;
        }
        Group.Point largest = group.largest();
        String name = group.scenario();
        boolean lagging = largest.cells().stream().anyMatch(cell -> cell.lags().peak() > Units.MIB);
        charts.addAll(MemoryFigures.overTime(name, largest));
        if (lagging) {
            charts.addAll(LagFigures.heat(name, largest));
        }
        if (lagging && largest.cells().stream().noneMatch(cell -> distinctOutages(cell) >= 3)) {
            charts.add(LagFigures.slowest(name, largest));
        }
        if (group.points().size() > 1 || largest.cells().stream().anyMatch(Section::manyLag)) {
            charts.add(MemoryFigures.againstReplicas(group));
        }
        if (largest.cells().stream().anyMatch(cell -> distinctOutages(cell) >= 3)) {
            charts.add(ResyncFigures.byOutage(name, largest));
            charts.add(ResyncFigures.bytesByOutage(name, largest));
        }
        Figure resyncs = ResyncFigures.counts(name, largest);
        if (resyncs != null) {
            charts.add(resyncs);
        }
        for (Group.Point point : group.points()) {
            charts.add(LatencyFigures.response(name, point));
        }
        if (largest.cells().stream()
                .anyMatch(cell -> !cell.latency.intervals("pinger.response").isEmpty())) {
            charts.add(LatencyFigures.pinger(name, largest));
            charts.add(LatencyFigures.pingerOverTime(name, largest));
        }
        // With one N they would be three numbers each, which the table below says as well.
        if (group.points().size() > 1) {
            charts.add(SendFigures.bytesPerCall(group));
            charts.add(SendFigures.copies(group));
        }
        charts.removeIf(Figure::isEmpty);
        return charts;
    }

    /** Whether lags add up: with one laggard among healthy replicas N says nothing. */
    private static boolean manyLag(Cell cell) {
        return cell.lags().peak() > Units.MIB && cell.lags().peakSum() > 1.5 * cell.lags().peak();
    }

    private static long distinctOutages(Cell cell) {
        return ResyncFigures.after(cell).stream()
                .map(r -> Math.round(r.outageMillis() / 50))
                .distinct()
                .count();
    }

    private String settings() {
        Cell cell = group.largest().arms().get(0).typical();
        List<String> parts = new ArrayList<>();
        parts.add("offered " + Units.count(cell.result.offeredPerSecond()) + " writes/s");
        parts.add("stream " + Units.bytesPerSecond(cell.streamRate()));
        parts.add("backlog " + Units.bytes(cell.backlogBytes()));
        parts.add("measured for " + Units.millis(cell.result.measuredMillis()));
        cell.result
                .config()
                .forEach(
                        (name, value) -> {
                            if (name.startsWith("client-output-buffer-limit")
                                    || name.startsWith("repl-buffer-window")
                                    || name.startsWith("repl-log")) {
                                parts.add(name + " " + value);
                            }
                        });
        return "Settings: " + String.join(" · ", parts) + ".";
    }

    private static List<String> head() {
        return List.of(
                "Point · strategy",
                "trials",
                "peak buffer",
                "peak RSS",
                "longest lag",
                "writes/s",
                "p50",
                "p99",
                "p99.9",
                "full",
                "from log",
                "from memory",
                "bytes/send",
                "copies/byte",
                "server CPU");
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Group.Point point : group.points()) {
            for (Group.Arm arm : point.arms()) {
                rows.add(
                        List.of(
                                point.label() + " · " + arm.strategy(),
                                String.valueOf(arm.trials()),
                                Units.bytes(arm.median(Cell::peakRetained)),
                                Units.bytes(arm.median(c -> c.result.rssPeakBytes())),
                                Units.bytes(arm.median(c -> c.peakLag())),
                                Units.count(arm.median(c -> c.result.achievedPerSecond())),
                                latency(arm, 50),
                                latency(arm, 99),
                                latency(arm, 99.9),
                                Units.amount(arm.median(c -> c.avoidable(Resync.Kind.FULL))),
                                Units.amount(arm.median(c -> c.avoidable(Resync.Kind.PARTIAL_LOG))),
                                Units.amount(
                                        arm.median(c -> c.avoidable(Resync.Kind.PARTIAL_MEMORY))),
                                Units.bytes(arm.median(SendFigures::bytesPerCall)),
                                Units.digits3(arm.median(SendFigures::copies)),
                                Units.millis(arm.median(c -> c.result.serverCpuMillis()))));
            }
        }
        return rows;
    }

    private static String latency(Group.Arm arm, double percentile) {
        org.HdrHistogram.Histogram histogram = LatencyFigures.merged(arm, "client.response");
        boolean supported =
                percentile <= LatencyFigures.highestPercentile(histogram.getTotalCount());
        return supported
                ? Units.micros(histogram.getValueAtPercentile(percentile) / 1_000.0)
                : Units.NONE;
    }

    /** Outage by outage, what each strategy did: the numbers behind the points of the chart. */
    private void sweepTable() {
        Group.Point point = group.largest();
        if (point.cells().stream().noneMatch(cell -> distinctOutages(cell) >= 3)) {
            return;
        }
        List<String> head = new ArrayList<>(List.of("replica"));
        point.arms().forEach(arm -> head.add(arm.strategy()));
        List<List<String>> rows = new ArrayList<>();
        int replicas =
                point.cells().stream()
                                .flatMap(c -> ResyncFigures.after(c).stream())
                                .mapToInt(Resync::replica)
                                .max()
                                .orElse(-1)
                        + 1;
        for (int replica = 0; replica < replicas; replica++) {
            int index = replica;
            List<String> row = new ArrayList<>(List.of(String.valueOf(replica)));
            for (Group.Arm arm : point.arms()) {
                List<String> all =
                        ResyncFigures.after(arm.typical()).stream()
                                .filter(r -> r.replica() == index)
                                .map(
                                        r ->
                                                Units.millis(r.outageMillis())
                                                        + " → "
                                                        + r.kind().label
                                                        + ", "
                                                        + Units.bytes(r.bytes())
                                                        + " in "
                                                        + Units.millis(r.durationMillis()))
                                .toList();
                row.add(all.isEmpty() ? Units.NONE : String.join("; ", all));
            }
            rows.add(row);
        }
        html.heading(3, "", "Each outage");
        html.strategies("outages", head, rows);
    }

    /** Charts in rows of equal width: three small ones, two of middle size, or one wide one. */
    static void figures(Html html, FigureFiles files, List<Figure> figures) throws IOException {
        html.rawHtml("<div class=\"charts\">");
        boolean named = false;
        for (Figure figure : figures) {
            Figure.Size size = size(figure);
            String svg = files.inline(figure);
            if (svg != null) {
                if (Legend.isShared(figure) && !named) {
                    html.rawHtml(Legend.html((Figure.Lines) figure));
                    named = true;
                }
                html.rawHtml(
                        "<figure class=\""
                                + size.name().toLowerCase(java.util.Locale.ROOT)
                                + "\">"
                                + svg);
                html.rawHtml(
                        "<figcaption>" + Html.escape(figure.caption()) + "</figcaption></figure>");
            }
        }
        html.rawHtml("</div>");
    }

    private static Figure.Size size(Figure figure) {
        if (figure instanceof Figure.Lines lines) {
            return lines.size();
        }
        return figure instanceof Figure.Bars bars ? bars.size() : ((Figure.Heat) figure).size();
    }
}
