package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of the first page: known by the words of its rows, every cell computed again. */
final class DecisionTable {
    private static final String STALLED = "stall-together";
    private static final String STEADY = "steady";

    private final RawRun raw;
    private final String html;

    DecisionTable(RawRun raw, String html) {
        this.raw = raw;
        this.html = html;
    }

    void check() throws IOException {
        List<String> strategies = cells(html.substring(0, html.indexOf("</thead>")), "th");
        Matcher rows =
                Pattern.compile("(?s)<tr>(.*?)</tr>")
                        .matcher(html.substring(html.indexOf("</thead>")));
        while (rows.find()) {
            String question = cells(rows.group(1), "th").get(0);
            List<String> answers = cells(rows.group(1), "td");
            assertThat(answers).as(question).hasSize(strategies.size() - 1);
            for (int i = 0; i < answers.size(); i++) {
                String strategy = strategies.get(i + 1);
                answer(question, strategy, answers.get(i));
            }
        }
    }

    private void answer(String question, String strategy, String text) throws IOException {
        String where = question + ", " + strategy + ": " + text;
        List<Double> expected = new ArrayList<>(expected(question, strategy, text));
        expected.removeIf(value -> value.isNaN());
        List<Printed> printed = Printed.in(text);
        assertThat(printed).as(where + ", numbers " + expected).hasSameSizeAs(expected);
        for (int i = 0; i < printed.size(); i++) {
            assertThat(printed.get(i).says(expected.get(i)))
                    .as(where + ": " + expected.get(i))
                    .isTrue();
        }
        String words =
                text.replaceAll("[−0-9.,/()×†]|\\b(?:B|[KMG]iB|ms|µs|s|min|e)\\b", " ").strip();
        assertThat(words)
                .as(where)
                .matches(
                        "|–|none|none needed|cell failed|advisory|to|for|to +advisory|yes|NO|not by itself|s +appendfsync everysec|appendfsync \\w+");
    }

    private List<Double> expected(String question, String strategy, String text)
            throws IOException {
        String row = question.replaceAll("\\b\\d+(?:,\\d{3})*", "#");
        for (Printed number : Printed.in(question)) {
            double replicas = raw.replicas(question.contains("stalled") ? STALLED : STEADY);
            assertThat(number.value()).as(question).isEqualTo(replicas);
        }
        List<RawCell> stalled = raw.arm(STALLED, strategy);
        List<RawCell> steady = raw.arm(STEADY, strategy);
        List<RawCell> all = raw.of(strategy);
        List<RawCell> any =
                raw.all.stream().filter(c -> c.text("strategy").equals(strategy)).toList();
        return switch (row) {
            case "Server process (peak RSS), # replicas stalled" ->
                    List.of(RawCell.median(stalled, c -> c.number("rssPeakBytes")));
            case "… of it the idle JVM" ->
                    List.of(RawCell.median(stalled, c -> c.peak("part_idle_jvm")));
            case "Freed, kept by malloc: peak, given back after" -> {
                RawCell keeper = raw.keeper(strategy);
                yield keeper == null
                        ? List.of()
                        : keeper.number("kept", "heldMillis") < 0
                                ? List.of(keeper.number("kept", "peakBytes"))
                                : List.of(
                                        keeper.number("kept", "peakBytes"),
                                        keeper.number("kept", "heldMillis"));
            }
            case "Server CPU per GB sent, compilers apart, steady, N = #" ->
                    List.of(RawCell.median(steady, RawRun::cpuPerGigabyte) * 1e3);
            case "… compilers while measuring" ->
                    List.of(RawCell.median(steady, RawRun::compilerMillis));
            case "Copies of each stream byte, steady, N = #" ->
                    List.of(
                            RawCell.median(
                                    steady,
                                    c -> c.counter("copied_bytes") / c.counter("fed_bytes")));
            case "Disk of the log, at most in any scenario" -> {
                double disk = raw.peakDisk(strategy);
                yield disk > 0 ? List.of(disk) : List.of();
            }
            case "… fsyncs" -> fsyncs(strategy, all);
            case "Write p99, from service to response time, steady, N = #" -> {
                double response = raw.percentile(STEADY, strategy, "client.response", 99);
                boolean advisory = steady.stream().anyMatch(RawCell::advisory);
                assertThat(text.contains("(advisory)"))
                        .as(question + ", " + strategy)
                        .isEqualTo(advisory && !Double.isNaN(response));
                yield List.of(raw.percentile(STEADY, strategy, "client.service", 99), response);
            }
            case "A full resync, the middle one: time for a snapshot of" -> {
                RawCell.Resync middle = raw.middleFullResync(strategy);
                yield middle == null ? List.of() : List.of(middle.duration(), middle.bytes());
            }
            case "Resyncs in the whole run: full begun (finished) / from the log / from memory" ->
                    List.of(
                            RawCell.sum(all, c -> c.count("full")),
                            RawCell.sum(all, RawCell::finishedFull),
                            RawCell.sum(all, c -> c.count("log")),
                            RawCell.sum(all, c -> c.count("memory")));
            case "RSS explained by the ledger? (largest remainder, bound)" -> explained(all, text);
            case "Stream verified: chunks checked / wrong / gaps" ->
                    List.of(
                            RawCell.sum(any, c -> c.number("digest", "checkedChunks")),
                            RawCell.sum(any, c -> c.number("digest", "mismatches")),
                            RawCell.sum(any, c -> c.number("digest", "gaps")));
            case "Cells: ok / suspect / failed (latency advisory)" ->
                    List.of(
                            (double) any.stream().filter(c -> !c.failed() && !c.suspect()).count(),
                            (double) any.stream().filter(RawCell::suspect).count(),
                            (double) any.stream().filter(RawCell::failed).count(),
                            (double) any.stream().filter(RawCell::advisory).count());
            default -> throw new AssertionError(question + " (expected: a row that is known)");
        };
    }

    private List<Double> fsyncs(String strategy, List<RawCell> cells) {
        if (!(raw.peakDisk(strategy) > 0)) {
            return List.of();
        }
        double counted = RawCell.sum(cells, c -> c.counter("fsyncs"));
        if (!Double.isNaN(counted)) {
            return List.of(counted / RawCell.sum(cells, c -> c.number("measuredMillis")) * 1e3);
        }
        String policy = cells.get(0).json.get("config").path("appendfsync").asText("everysec");
        return policy.equals("everysec") ? List.of(1.0) : List.of();
    }

    private static List<Double> explained(List<RawCell> cells, String text) {
        double worst = Double.NEGATIVE_INFINITY;
        List<Double> numbers = List.of();
        for (RawCell cell : cells) {
            double remainder = cell.number("remainderPeakBytes");
            double bound = cell.number("remainderBoundBytes");
            if (bound > 0 && remainder - bound > worst) {
                worst = remainder - bound;
                numbers = List.of(remainder, bound);
            }
        }
        if (!numbers.isEmpty()) {
            assertThat(text).startsWith(worst <= 0 ? "yes" : "NO");
        }
        return numbers;
    }

    private static List<String> cells(String row, String tag) {
        Matcher cell =
                Pattern.compile("(?s)<" + tag + "(?:\\s[^>]*)?>(.*?)</" + tag + ">").matcher(row);
        List<String> texts = new ArrayList<>();
        while (cell.find()) {
            texts.add(FirstPage.words(cell.group(1)));
        }
        return texts;
    }
}
