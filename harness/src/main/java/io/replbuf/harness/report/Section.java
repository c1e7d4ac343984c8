package io.replbuf.harness.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One scenario on the page: its question, what happens and why, its charts, and its cells. */
final class Section {
    /** A replica asks within a few tens of milliseconds after its link is back. */
    private static final double LONGER_MILLIS = 100;

    private final Group group;
    private final List<Cell> failed;
    private final FigureFiles figures;
    private final Html html;
    private final List<Figure> folded = new ArrayList<>();

    Section(Group group, List<Cell> failed, FigureFiles figures, Html html) {
        this.group = group;
        this.failed = failed;
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
        failed();
        figures(html, figures, charts());
        if (!folded.isEmpty()) {
            html.rawHtml(
                    "<details><summary>Charts in which little happens ("
                            + folded.size()
                            + ")</summary>");
            figures(html, figures, folded);
            html.rawHtml("</details>");
        }
        raw();
        html.table("numbers", head(), rows());
        PhaseTable.write(group, html);
        Marks.footnotes(group.cells()).forEach(note -> html.paragraph("small", note));
        sweepTable();
        html.rawHtml("</section>");
    }

    private void failed() {
        List<Cell> out =
                failed.stream().filter(c -> c.scenario().equals(group.scenario())).toList();
        Marks.grouped(out)
                .forEach(
                        (reason, ids) ->
                                html.paragraph(
                                        "stamp",
                                        "Failed, so none of its numbers is here: "
                                                + String.join(", ", ids)
                                                + " ("
                                                + reason
                                                + ")"));
    }

    /** Links to what the charts were drawn from. */
    private void raw() {
        StringBuilder links =
                new StringBuilder("<details class=\"raw\"><summary>Raw files</summary><p>");
        for (Group.Point point : group.points()) {
            for (Cell cell : point.cells()) {
                links.append(Html.escape(cell.id())).append(':');
                for (String file : cell.files) {
                    links.append(" <a href=\"").append(Html.escape(file)).append("\">");
                    links.append(Html.escape(file.substring(file.lastIndexOf('/') + 1)))
                            .append("</a>");
                }
                links.append("<br>");
            }
        }
        html.rawHtml(links.append("</p></details>").toString());
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
        (MemoryFigures.flat(largest) ? folded : charts)
                .addAll(MemoryFigures.overTime(name, largest));
        if (lagging) {
            (LagFigures.empty(largest) ? folded : charts).addAll(LagFigures.heat(name, largest));
        }
        if (lagging
                && !LagFigures.empty(largest)
                && largest.cells().stream().noneMatch(cell -> distinctOutages(cell) >= 3)) {
            charts.add(LagFigures.slowest(name, largest));
        }
        charts.add(ForecastFigures.of(name, largest));
        // With one N it would be dots, which the table says as well.
        if (group.points().size() > 1) {
            charts.add(MemoryFigures.againstReplicas(group));
        }
        if (largest.cells().stream().anyMatch(cell -> distinctOutages(cell) >= 3)) {
            charts.add(ResyncFigures.byOutage(name, largest));
            charts.add(ResyncFigures.bytesByOutage(name, largest));
        }
        charts.addAll(LatencyFigures.response(group));
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
        folded.removeIf(Figure::isEmpty);
        return charts;
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
                "resyncs: full (finished) / from log / from memory",
                "bytes/send",
                "copies/byte",
                "CPU (compilers)",
                "CPU/GB sent");
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Group.Point point : group.points()) {
            for (Group.Arm arm : point.arms()) {
                rows.add(
                        marked(
                                arm.mark(),
                                point.label() + " · " + arm.strategy(),
                                String.valueOf(arm.trials()),
                                Units.bytes(arm.median(Cell::peakRetained)),
                                Units.bytes(arm.median(c -> c.result.rssPeakBytes())),
                                Units.bytes(arm.median(c -> c.peakLag())),
                                Units.count(arm.median(c -> c.result.achievedPerSecond())),
                                latency(arm, 50),
                                latency(arm, 99),
                                latency(arm, 99.9),
                                Units.amount(arm.median(c -> c.avoidable(Resync.Kind.FULL)))
                                        + " ("
                                        + Units.amount(arm.median(Cell::finishedFull))
                                        + ") / "
                                        + Units.amount(
                                                arm.median(
                                                        c -> c.avoidable(Resync.Kind.PARTIAL_LOG)))
                                        + " / "
                                        + Units.amount(
                                                arm.median(
                                                        c ->
                                                                c.avoidable(
                                                                        Resync.Kind
                                                                                .PARTIAL_MEMORY))),
                                Units.bytes(arm.median(SendFigures::bytesPerCall)),
                                Units.digits3(arm.median(SendFigures::copies)),
                                Units.millis(arm.median(Cpu::serverMillis))
                                        + " ("
                                        + Units.millis(arm.median(Cpu::compilerMillis))
                                        + ")",
                                Units.seconds(arm.median(Cpu::secondsPerGigabyte))));
            }
        }
        return rows;
    }

    /** A row whose numbers carry the mark of their cells. */
    static List<String> marked(String mark, String name, String... numbers) {
        List<String> row = new ArrayList<>(List.of(name));
        for (String number : numbers) {
            row.add(number.equals(Units.NONE) ? number : number + mark);
        }
        return row;
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
        List<String> head = new ArrayList<>(List.of("replica, planned outage"));
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
            List<String> row = new ArrayList<>(List.of(replica + planned(point, replica)));
            for (Group.Arm arm : point.arms()) {
                List<String> all =
                        ResyncFigures.after(arm.typical()).stream()
                                .filter(r -> r.replica() == index)
                                .map(
                                        r ->
                                                Units.millis(r.outageMillis())
                                                        + waited(arm.typical(), r)
                                                        + " → "
                                                        + r.kind().label
                                                        + (r.complete() ? "" : ", broken off")
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

    private static String planned(Group.Point point, int replica) {
        return point.cells().stream()
                .flatMapToDouble(
                        cell ->
                                ResyncFigures.after(cell).stream()
                                        .filter(r -> r.replica() == replica)
                                        .mapToDouble(cell::plannedMillis))
                .filter(Double::isFinite)
                .mapToObj(millis -> ", " + Units.millis(millis))
                .findFirst()
                .orElse("");
    }

    /** Why an outage was longer than planned: it ends with the answer, which waits for a snapshot that is being taken for others. */
    private static String waited(Cell cell, Resync resync) {
        double longer = resync.outageMillis() - cell.plannedMillis(resync);
        if (!(longer > LONGER_MILLIS)) {
            return "";
        }
        return resync.kind() == Resync.Kind.FULL
                ? " (" + Units.millis(longer) + " of it waiting for a snapshot)"
                : " (" + Units.millis(longer) + " of it until it was let in)";
    }

    /** Charts in rows of equal width: three small ones, two of middle size, or one wide one. */
    static void figures(Html html, FigureFiles files, List<Figure> figures) throws IOException {
        html.rawHtml("<div class=\"charts\">");
        Class<?> named = null;
        String caption = "";
        for (Figure figure : figures) {
            Figure.Size size = size(figure);
            String svg = files.inline(figure);
            if (svg != null) {
                if (Legend.isShared(figure) && figure.getClass() != named) {
                    html.rawHtml(Legend.html(figure));
                    named = figure.getClass();
                }
                html.rawHtml(
                        "<figure class=\""
                                + size.name().toLowerCase(java.util.Locale.ROOT)
                                + "\">"
                                + svg);
                // A row of charts that are read alike says so once.
                boolean told = figure.caption().equals(caption);
                caption = figure.caption();
                html.rawHtml(
                        told
                                ? "</figure>"
                                : "<figcaption>" + Html.escape(caption) + "</figcaption></figure>");
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
