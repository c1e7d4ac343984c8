package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The first page taken apart: each sentence and table is checked against the raw files and taken out, until no number is left.
 *
 * <p>What is no claim goes unchecked: the definitions of the strategies, the environment, and the command.
 */
final class FirstPage {
    private static final Pattern FIGURE =
            Pattern.compile(
                    "<span data-number=\"([^\"]+)\" data-value=\"([^\"]*)\">([^<]*)</span>(†?)");

    private static final String EACH_KEPT =
            ": chunks of many queues lie between each other, and glibc gives back from the top only. This is what one malloc"
                    + " per chunk, as in Redis 6.2, costs under glibc.";

    /** All sentences whose figures have names; # is a figure, S a strategy. */
    private static final List<Pattern> SENTENCES =
            List.of(
                    known("This run lacks the scenarios that a verdict needs; [a-z ]*."),
                    known(
                            "For # stalled replicas(?: up to # behind)?: (?:(?:, )?#(?: in memory and # on disk)? \\(S\\))+."),
                    known("No disk to give: S."),
                    known(
                            "Outages longer than backlog ÷ rate, or memory that must not follow the lag: S. Its price is the disk(?: and # the"
                                    + " processor time per GB sent \\(steady, compilers apart\\))?."),
                    known(
                            "S: (?:only to reproduce Redis (?:6.2|7.0)|for no reason that this run measured); the same replicas cost it # the"
                                    + " memory of S."),
                    known(
                            "When they stalled by turns: (?:(?:, )?S #)+, with a backlog of #(?: and a longest lag of #)?. (?:The backlog covers"
                                    + " every lag, so what differs is copies alone|Sharing saves in proportion to how many lag at once, not to how"
                                    + " many there are)."),
                    known(
                            "Outages under S(?: and S)*: (?:all were bridged, up to #|bridged up to #, (?:none from # on|though one of # was"
                                    + " not)(?:; backlog over rate says #)?)."),
                    known(
                            "A replica that can never keep up: (?:(?:; )?S killed it #, began # full resyncs?(?: and finished #)?(?:, demoted it"
                                    + " to the log #)?)+."),
                    known(
                            "Slowest PING in the second in which a laggard was dropped, above its control in the same second: (?:(?:; )?S"
                                    + " #(?:, as without a drop)? \\(other seconds up to #\\))+."),
                    known(
                            "Under S malloc kept up to # that had been freed already \\([a-z-]+\\), and gave it back (?:to the system after #|when"
                                    + " it was told to, after the cell)"
                                    + EACH_KEPT),
                    known("Response time p99 with N = [0-9]+: S #, (?:better|worse) than S's #."),
                    known(
                            "Sizing a backlog. repl-backlog-size = rate of the replication stream × longest outage \\+ 10 %; under aof-psync the"
                                    + " same bytes lie on disk. At # \\([a-z-]+\\) an outage of 1 min needs #."));

    private final RawRun raw;
    private final List<String> strategies;
    private String rest;

    /** @param page the whole of it */
    FirstPage(String page, RawRun raw) {
        int from = page.indexOf("<section class=\"decision\">");
        this.rest = page.substring(from, page.indexOf("</section>", from));
        this.raw = raw;
        this.strategies =
                raw.all.stream()
                        .map(cell -> cell.text("strategy"))
                        .distinct()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList();
    }

    private static Pattern known(String words) {
        // A full stop is one; all else is a pattern.
        return Pattern.compile(words.replaceAll("(?<!\\\\)\\.(?!\\*)", "\\\\."));
    }

    /** Numbers that the page states under a name, for a test that wants some to be there. */
    int check() throws IOException {
        take("<table class=\"facts\">.*?</table>");
        take("<pre>.*?</pre>");
        head();
        int stated = 0;
        for (MatchResult sentence : take("<p class=\"verdict\">(.*?)</p>")) {
            stated += sentence(sentence.group(1));
        }
        for (MatchResult sentence : take("<li id=\"claim-[^\"]+\">(.*?)</li>")) {
            stated += sentence(sentence.group(1));
        }
        for (MatchResult sentence : take("<div class=\"sizing\"><p>(.*?)</p>(.*?)</div>")) {
            stated += sentence(sentence.group(1));
            form(sentence.group(2));
        }
        for (MatchResult note : take("<p class=\"small\">(†.*?)</p>")) {
            footnote(words(note.group(1)));
        }
        for (MatchResult list : take("<h2>Threats to validity</h2>\\s*<ul>(.*?)</ul>")) {
            Matcher threats = Pattern.compile("(?s)<li>(.*?)</li>").matcher(list.group(1));
            while (threats.find()) {
                new Threat(raw, words(threats.group(1))).check();
            }
        }
        for (MatchResult table : take("<table class=\"decision\">(.*?)</table>")) {
            new DecisionTable(raw, table.group(1)).check();
        }
        String left = words(rest).replaceAll("\\s+", " ");
        assertThat(left).as("what no rule covers").doesNotContainPattern("\\d");
        return stated;
    }

    /** Where and when; the stamp is the run's own. */
    private void head() {
        for (MatchResult kicker : take("<p class=\"kicker\">(.*?)</p>")) {
            String commit = raw.environment.get("commit").asText();
            assertThat(words(kicker.group(1)))
                    .isEqualTo(
                            "Replbuf report · suite "
                                    + raw.run.get("suite").asText()
                                    + " · "
                                    + raw.run
                                            .get("startedAt")
                                            .asText()
                                            .replace('T', ' ')
                                            .replaceAll("(\\.\\d+)?Z$", " UTC")
                                    + " · commit "
                                    + commit.substring(0, Math.min(12, commit.length()))
                                    + (raw.environment.get("dirty").asBoolean()
                                            ? " with changes"
                                            : ""));
        }
        for (MatchResult stamp : take("<p class=\"stamp\">(.*?)</p>")) {
            assertThat(words(stamp.group(1))).isEqualTo(raw.run.get("stamp").asText());
        }
        for (MatchResult seed : take("<p class=\"small\">Seed (\\d+)\\. This page was made")) {
            assertThat(seed.group(1)).isEqualTo(raw.run.get("seed").asText());
        }
        for (MatchResult archived :
                take("<p class=\"small\">This run is archived\\. Of (\\d+) (.*?)</p>")) {
            assertThat(Long.parseLong(archived.group(1))).isEqualTo(raw.number(RawCell::isSummary));
            // The only other number there is in the name of a hash.
            assertThat(archived.group(2).replace("SHA-256", "")).doesNotContainPattern("\\d");
        }
    }

    /** Gives how many figures the sentence states. */
    private int sentence(String html) throws IOException {
        String plain = html.replaceAll("</?strong>", "");
        List<MatchResult> figures = FIGURE.matcher(plain).results().toList();
        for (MatchResult stated : figures) {
            figure(stated.group(1), stated.group(2), stated.group(3), !stated.group(4).isEmpty());
        }
        String skeleton = words(FIGURE.matcher(plain).replaceAll("#"));
        for (String strategy : strategies) {
            skeleton =
                    skeleton.replaceAll(
                            "(?<![\\w-])" + Pattern.quote(strategy) + "(?![\\w-]|\\.\\d)", "S");
        }
        String found = skeleton.replace("under S the same", "under aof-psync the same");
        assertThat(SENTENCES)
                .as("a sentence that is known: %s", found)
                .anyMatch(known -> known.matcher(found).matches());
        truth(words(plain), figures);
        return figures.size();
    }

    /** Half of the last of ten digits, in which exact values are written. */
    private static double roundingOf(double value) {
        double unit = value == 0 ? 0 : Math.pow(10, Math.floor(Math.log10(Math.abs(value))) - 9);
        return 0.51 * unit + 1e-12;
    }

    private void figure(String name, String exact, String printed, boolean marked)
            throws IOException {
        RawRun.Figure figure = raw.figure(name);
        assertThat(figure).as("a rule for " + name).isNotNull();
        if (exact.isEmpty()) {
            assertThat(figure.value()).as(name).isNaN();
            assertThat(Printed.in(printed)).as(name).isEmpty();
            return;
        }
        assertThat(Double.parseDouble(exact))
                .as(name)
                .isCloseTo(figure.value(), within(roundingOf(figure.value())));
        String text = printed.equals("once") ? "1" : printed;
        assertThat(Printed.in(text)).as(name + ": " + printed).hasSize(1);
        assertThat(Printed.in(text).get(0).says(figure.value()))
                .as(name + ": " + printed + " for " + figure.value())
                .isTrue();
        assertThat(marked).as(name + ": mark of a suspect cell").isEqualTo(figure.isMarked());
    }

    /** Words that say what numbers would say. */
    private void truth(String text, List<MatchResult> figures) throws IOException {
        List<Double> values =
                figures.stream()
                        .map(f -> f.group(2).isEmpty() ? Double.NaN : Double.valueOf(f.group(2)))
                        .toList();
        if (text.startsWith("When they stalled by turns")) {
            double backlog = value(figures, "stall-independent.backlog");
            double lag = value(figures, "stall-independent.lag");
            assertThat(text.contains("The backlog covers every lag"))
                    .as(text)
                    .isEqualTo(Double.isNaN(lag) || lag < backlog);
        } else if (text.startsWith("Outages under") && text.contains("none from")) {
            assertThat(values.get(1)).as(text).isGreaterThan(values.get(0));
        } else if (text.startsWith("Slowest PING")) {
            String[] each = text.split("; ");
            for (int i = 0; i < each.length; i++) {
                String strategy = figures.get(2 * i).group(1).split("\\.", 3)[2];
                assertThat(each[i].contains("as without a drop"))
                        .as(each[i])
                        .isEqualTo(raw.isAsWithoutDrop(strategy));
            }
        } else if (text.startsWith("Response time p99")) {
            assertThat(text.contains("better")).as(text).isEqualTo(values.get(0) < values.get(1));
        }
    }

    private static double value(List<MatchResult> figures, String name) {
        return figures.stream()
                .filter(f -> f.group(1).equals(name))
                .mapToDouble(f -> Double.parseDouble(f.group(2)))
                .findFirst()
                .orElse(Double.NaN);
    }

    /** The form begins with the run's own rate and its result. */
    private void form(String html) throws IOException {
        Matcher rate = Pattern.compile("name=\"rate\"[^>]* value=\"([0-9.]+)\"").matcher(html);
        Matcher outage = Pattern.compile("name=\"outage\"[^>]* value=\"([0-9]+)\"").matcher(html);
        Matcher size = Pattern.compile("<output>repl-backlog-size (\\d+mb)</output>").matcher(html);
        assertThat(rate.find() && outage.find() && size.find()).as("a form").isTrue();
        assertThat(Double.parseDouble(rate.group(1)))
                .isCloseTo(raw.figure("sizing.rate").value() / 0x1p20, within(0.051));
        assertThat(outage.group(1)).isEqualTo("60");
        assertThat(Printed.in(size.group(1)).get(0).value())
                .isEqualTo(raw.figure("sizing.minute").value());
    }

    /** A footnote has the numbers of one of the cells that it names. */
    private void footnote(String text) {
        int colon = text.lastIndexOf(": ");
        List<String> ids = List.of(text.substring(colon + 2).split(", "));
        List<RawCell> named =
                raw.all.stream().filter(cell -> ids.contains(cell.text("id"))).toList();
        assertThat(named).as(text).hasSize(ids.size()).allMatch(RawCell::suspect);
        List<Printed> printed = Printed.in(text.substring(0, colon));
        assertThat(named)
                .as(text)
                .anySatisfy(
                        cell ->
                                assertThat(reasons(cell))
                                        .anyMatch(reason -> says(printed, Printed.in(reason))));
    }

    static List<String> reasons(RawCell cell) {
        List<String> reasons = new ArrayList<>();
        for (var reason : cell.json.get("verdict").get("reasons")) {
            // Microseconds and bytes as the page has them.
            reasons.add(reason.asText().replaceAll("(\\d) us\\b", "$1 µs"));
        }
        return reasons;
    }

    private static boolean says(List<Printed> printed, List<Printed> exact) {
        if (printed.size() != exact.size()) {
            return false;
        }
        for (int i = 0; i < printed.size(); i++) {
            double value = exact.get(i).value();
            // The unit may stand behind the last of the reason's numbers alone.
            if (!printed.get(i).says(value) && !printed.get(i).says(value / 1e3)) {
                return false;
            }
        }
        return true;
    }

    /** All matches, which are taken out of what is left. */
    private List<MatchResult> take(String pattern) {
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(rest);
        List<MatchResult> found = matcher.results().collect(Collectors.toList());
        rest = matcher.replaceAll(" ");
        return found;
    }

    static String words(String html) {
        return html.replaceAll("(?s)<(script|style)>.*?</\\1>", "")
                .replaceAll("<[^>]*>", "")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .strip();
    }
}
