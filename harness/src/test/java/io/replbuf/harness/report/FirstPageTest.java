package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.replbuf.harness.measure.Archive;
import io.replbuf.harness.measure.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Computes every number of the first page a second time, from the raw files of the committed runs and with nothing of the report. A
 * number for which there is no rule fails, and so does a sentence of which the words are not known.
 */
class FirstPageTest {
    private static final Path RESULTS = Path.of("../results").toAbsolutePath().normalize();
    private static final Path DEFAULT = RESULTS.resolve("reference-default");

    /** The runs whose first pages make the most of sentences, and that fit a test's heap. */
    private static final List<String> CHECKED = List.of("reference-default", "reference-peers");

    /** An exact value, or text outside of markup; scripts are neither. */
    private static final Pattern SHOWN =
            Pattern.compile("(?s)<script>.*?</script>|data-value=\"([^\"]+)\"|>([^<]+)(?=<)");

    static Stream<Path> runs() throws IOException {
        try (Stream<Path> all = Files.list(RESULTS)) {
            List<Path> runs =
                    all.filter(run -> CHECKED.contains(run.getFileName().toString()))
                            .filter(run -> Files.exists(run.resolve("run.json")))
                            .sorted()
                            .toList();
            assertThat(runs).contains(DEFAULT);
            return runs.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void shouldSayWhatTheRawFilesSay(Path folder) throws IOException {
        int stated = new FirstPage(page(folder), new RawRun(folder)).check();
        if (folder.equals(DEFAULT)) {
            assertThat(stated).as("figures in sentences").isGreaterThan(15);
        }
    }

    @Test
    void shouldSayWhatTheSummariesOfAnArchivedRunSay(@TempDir Path folder) throws IOException {
        SyntheticRun.repeated(folder);
        RawRun whole = new RawRun(folder);
        String page = page(folder);
        int stated = new FirstPage(page, whole).check();
        assertThat(stated).isGreaterThan(15);

        new Archive(new RunFiles(folder), Report.figures(folder)).write();

        RawRun archived = new RawRun(folder);
        assertThat(archived.number(RawCell::isSummary)).isPositive();
        assertThat(new FirstPage(page(folder), archived).check()).isEqualTo(stated);
        // The page of before has nothing that the summaries do not have as well.
        assertThat(new FirstPage(page, archived).check()).isEqualTo(stated);
    }

    /** Every digit that a reader sees, and every one of the exact values beside them, is another one in turn. */
    @Tag("ci")
    @Test
    void shouldFindAnyDigitThatIsWrong() throws IOException {
        RawRun raw = new RawRun(DEFAULT);
        String page = page(DEFAULT);
        int end = page.indexOf("<h2>Reproduce");
        Matcher shown = SHOWN.matcher(page).region(page.indexOf("<p class=\"verdict\">"), end);
        int digits = 0;
        while (shown.find()) {
            String text = shown.group(1) == null ? shown.group(2) : shown.group(1);
            int at = shown.group(1) == null ? shown.start(2) : shown.start(1);
            for (int i = 0; text != null && i < text.length(); i++) {
                if (!Character.isDigit(text.charAt(i))) {
                    continue;
                }
                digits++;
                char other = (char) ('0' + (text.charAt(i) - '0' + 3) % 10);
                String wrong = page.substring(0, at + i) + other + page.substring(at + i + 1);
                assertThat(catchThrowable(() -> new FirstPage(wrong, raw).check()))
                        .as("digit " + i + " of '" + text + "'")
                        .isInstanceOf(AssertionError.class);
            }
        }
        assertThat(digits).isGreaterThan(200);
    }

    @Test
    void shouldNotLetAnUnknownSentencePass() throws IOException {
        RawRun raw = new RawRun(DEFAULT);
        String page = page(DEFAULT);
        for (String added :
                List.of(
                        "<ul class=\"claims\"><li id=\"claim-x\">Faster than the wind.</li></ul>",
                        "<p>It answers in 3 ms.</p>",
                        "<p class=\"verdict\">For 16 stalled replicas all is well.</p>")) {
            String more = page.replaceFirst("<p class=\"verdict\">", added + "$0");
            assertThat(catchThrowable(() -> new FirstPage(more, raw).check()))
                    .as(added)
                    .isInstanceOf(AssertionError.class);
        }
    }

    private static String page(Path folder) throws IOException {
        Run run = Run.read(new RunFiles(folder));
        return new Page(run, new FigureFiles(folder, null)).write();
    }
}
