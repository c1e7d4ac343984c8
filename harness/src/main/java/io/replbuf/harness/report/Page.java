package io.replbuf.harness.report;

import io.replbuf.harness.measure.Environment;
import io.replbuf.harness.measure.RunResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Assembles {@code report.html}: the decision page, a section per scenario, every cell, and how to read it all. */
final class Page {
    private final Run run;
    private final FigureFiles figures;
    private final Html html = new Html();

    Page(Run run, FigureFiles figures) {
        this.run = run;
        this.figures = figures;
    }

    String write() throws IOException {
        html.rawHtml("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        html.rawHtml("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.rawHtml("<title>Replbuf report · " + Html.escape(run.result().suite()) + "</title>");
        html.rawHtml("<style>\n" + style() + "</style></head><body>");
        decision();
        targets();
        overview();
        for (Group group : run.groups()) {
            new Section(group, run.failed(), figures, html).write();
        }
        new Cells(run, html).write();
        reading();
        html.rawHtml("</body></html>");
        return html.toString();
    }

    private void decision() {
        RunResult result = run.result();
        Facts facts = new Facts(run);
        Findings findings = new Findings(run, facts);
        html.rawHtml("<section class=\"decision\">");
        html.paragraph(
                "kicker",
                "Replbuf report · suite "
                        + result.suite()
                        + " · "
                        + date(result.startedAt())
                        + " · commit "
                        + commit());
        html.heading(1, "", "How should this primary buffer its replication stream?");
        if (result.stamp() != null && !result.stamp().isBlank()) {
            html.paragraph("stamp", result.stamp());
        }
        html.table("facts", List.of("", ""), Definitions.of(run));
        html.rawHtml("<p class=\"verdict\">" + findings.verdict().html() + "</p>");
        List<Claim> advice = new Advice(facts).claims();
        if (!advice.isEmpty()) {
            html.heading(2, "", "Which one");
            html.claims(advice);
            html.heading(2, "", "What happened");
        }
        html.claims(findings.claims());
        html.strategies("decision", new Decision(facts).head(), new Decision(facts).rows());
        Marks.footnotes(run.counted()).forEach(note -> html.paragraph("small", note));
        html.rawHtml(new Sizing(run).html());
        html.heading(2, "", "Threats to validity");
        html.list(Threats.of(run));
        html.heading(2, "", "Reproduce");
        html.code(
                result.command() == null || result.command().isBlank()
                        ? "(not recorded)"
                        : result.command());
        html.paragraph(
                "small",
                "Seed "
                        + result.seed()
                        + ". This page was made from the raw files beside it: replbuf.jar report <this folder>.");
        archived();
        html.rawHtml("<details><summary>Environment</summary>");
        environment();
        html.rawHtml("</details></section>");
        contents();
    }

    private void archived() {
        long cells = run.cells().stream().filter(Cell::archived).count();
        if (cells > 0) {
            html.paragraph(
                    "small",
                    "This run is archived. Of "
                            + cells
                            + " repetitions beyond the first the series were left out; summary.json has the numbers and histograms that this page"
                            + " shows of them, and the SHA-256 of each file. Charts over time show the first repetition.");
        }
    }

    private void environment() {
        Environment e = run.environment();
        if (e == null) {
            html.paragraph("Not recorded: environment.json could not be read.");
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "Machine",
                        e.cpu()
                                + " · "
                                + e.cores()
                                + " cores · "
                                + Units.bytes(e.memoryBytes())
                                + limit(e)));
        rows.add(
                List.of(
                        "System",
                        e.os()
                                + " · kernel "
                                + e.kernel()
                                + " · huge pages "
                                + e.thp()
                                + " · governor "
                                + e.governor()
                                + (e.coreSleep() == null
                                        ? ""
                                        : " · sleep of idle cores " + e.coreSleep())));
        rows.add(List.of("Load at start", e.hostLoad()));
        rows.add(List.of("JVM", e.jvm()));
        rows.add(List.of("Engine flags", String.join(" ", e.jvmFlags())));
        rows.add(
                List.of(
                        "Replbuf",
                        e.replbufVersion()
                                + " · commit "
                                + e.commit()
                                + (e.dirty() ? " with changes" : "")));
        rows.add(List.of("Netty", e.netty() + " · " + e.transport()));
        if (!e.peers().isEmpty()) {
            List<String> peers =
                    e.peers().entrySet().stream()
                            .sorted(java.util.Map.Entry.comparingByKey())
                            .map(p -> p.getKey() + " " + p.getValue())
                            .toList();
            rows.add(List.of("Real servers", String.join(" · ", peers)));
        }
        html.table("facts", List.of("", ""), rows);
    }

    private static String limit(Environment e) {
        return e.memoryLimitBytes() > 0 && e.memoryLimitBytes() < e.memoryBytes()
                ? " · limited to " + Units.bytes(e.memoryLimitBytes())
                : "";
    }

    private void contents() {
        StringBuilder links = new StringBuilder("<nav>");
        for (Group group : run.groups()) {
            String name = Html.escape(group.scenario());
            links.append("<a href=\"#").append(name).append("\">").append(name).append("</a> ");
        }
        links.append(
                "<a href=\"#cells\">every cell</a> <a href=\"#reading\">how to read</a></nav>");
        html.rawHtml(links.toString());
    }

    private void targets() {
        List<List<String>> rows = new Targets(run).rows();
        if (rows.isEmpty()) {
            return;
        }
        html.rawHtml("<section>");
        html.heading(2, "targets", "Design targets");
        html.paragraph(
                "Medians over "
                        + run.trials()
                        + (run.trials() == 1 ? " process" : " processes")
                        + " an arm, interleaved with the real server on the same cores, with 95 % intervals over processes (paired bootstrap). A"
                        + " target is met or missed when the whole interval lies on one side of it, else not distinguishable. Machine-bound:"
                        + " loader and replicas took more processor time than the server. Failed cells are left out.");
        html.table("numbers", TargetTable.head(), rows);
        html.rawHtml("</section>");
    }

    private void overview() throws IOException {
        List<List<String>> intervals = new Intervals(run).rows();
        if (!intervals.isEmpty()) {
            html.rawHtml("<section>");
            html.heading(2, "intervals", "What the repetitions allow to be said");
            html.paragraph(
                    "Each measure against shared's as a ratio; less is better. Better and worse: the whole 95 % interval over processes (paired"
                            + " bootstrap) lies outside the noise band, which is how far the same strategy came out from itself under two labels"
                            + " (A/A). Equivalent: it lies inside. Where a scenario has no such pair, the run's widest band stands in."
                            + (new Intervals(run).restsOnOnePair()
                                    ? " Here the band is the difference of one pair of processes: half of all such pairs differ by more, so a word"
                                            + " beside it is a hint. Five repetitions make it a finding."
                                    : ""));
            html.table("numbers", Intervals.head(), intervals);
            html.rawHtml("</section>");
        }
        Figure overview = ResyncFigures.overview(run.groups());
        List<Figure> peers = PeerFigures.of(run.groups());
        if (overview == null && peers.isEmpty()) {
            return;
        }
        html.rawHtml("<section>");
        html.heading(2, "overview", "Over all scenarios");
        if (overview != null) {
            Section.figures(html, figures, List.of(overview));
        }
        if (!peers.isEmpty()) {
            html.heading(3, "peers", "Ours beside the real servers");
            html.paragraph(
                    "legacy imitates Redis 6.2 and shared imitates Redis 7.0: the same replicas met the same faults on both, so bars of a"
                            + " pair should be equal.");
            Section.figures(html, figures, peers);
        }
        html.rawHtml("</section>");
    }

    private void reading() {
        html.rawHtml("<section>");
        html.heading(2, "reading", "How to read this");
        html.list(
                List.of(
                        "Peak memory of the buffer is the strategy's own ledger: stream bytes held once, further copies, metadata, slack, and retired"
                                + " blocks. RSS is what the operating system charges; the remainder is RSS minus everything that a counter claims, and a"
                                + " cell whose remainder exceeds its stated bound is suspect.",
                        "Lag is the primary's offset minus what the replica's socket took. Bytes that a stalled peer's kernel has buffered count as sent.",
                        "Response time counts from the moment at which the schedule wanted a write to start; service time from the real start. Percentiles"
                                + " end where fewer than ten samples lie beyond.",
                        "A full resync counts when a buffer could have avoided it: first syncs and planned joins are left out.",
                        "Latency is advisory where the loader itself was late: it may not be used, while memory and resync counts stand. A suspect cell exceeded"
                                + " a stated bound, such as the rate or the memory that no part explains. A failed cell proves nothing.",
                        "One colour, line and mark per strategy in every chart; sizes are IEC (1 MiB = 1,048,576 bytes)."));
        html.rawHtml("</section>");
    }

    private String commit() {
        if (run.environment() == null) {
            return "unknown";
        }
        String commit = run.environment().commit();
        return (commit.length() > 12 ? commit.substring(0, 12) : commit)
                + (run.environment().dirty() ? " with changes" : "");
    }

    private static String date(String instant) {
        return instant == null
                ? "date unknown"
                : instant.replace('T', ' ').replaceAll("(\\.\\d+)?Z$", " UTC");
    }

    private static String style() throws IOException {
        try (InputStream in = Page.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IOException(
                        "resource report.css: missing (expected: beside "
                                + Page.class.getName()
                                + ")");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
