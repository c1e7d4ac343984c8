package io.replbuf.harness.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows is there: its example as compiled, its files, its scenarios. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void shouldShowTheExampleThatIsCompiled() throws IOException {
        assertThat(squeezed(readme()))
                .contains(squeezed(marked(EmbeddingExampleTest.class, "README: begin")));
    }

    @Test
    void shouldShowTheReadLoopThatAFullSocketWasTriedWith() throws IOException {
        assertThat(squeezed(readme()))
                .contains(squeezed(marked(FullSocketTest.class, "README: loop")));
    }

    /** What stands in the source of {@code test} between {@code begin} and the end's mark. */
    private static String marked(Class<?> test, String begin) throws IOException {
        Path source = Path.of("src/test/java", test.getName().replace('.', '/') + ".java");
        String text = Files.readString(source);
        return text.substring(
                text.indexOf(begin) + begin.length(), text.lastIndexOf("// README: end"));
    }

    @Test
    void shouldLinkOnlyToFilesThatAreThere() throws IOException {
        Matcher links = Pattern.compile("\\]\\((?!https?:)([^)#]+)\\)").matcher(readme());
        while (links.find()) {
            assertThat(ROOT.resolve(links.group(1))).exists();
        }
    }

    @Test
    void shouldNameTheTwoCommands() throws IOException {
        assertThat(
                        readme().lines()
                                .map(String::strip)
                                .filter(line -> line.startsWith("mvn "))
                                .toList())
                .anyMatch(line -> line.startsWith("mvn verify"))
                .anyMatch(line -> line.startsWith("mvn -Pbench verify"));
    }

    @Test
    void shouldNameEveryModule() throws IOException {
        for (String module :
                List.of(
                        "engine",
                        "strategy-legacy",
                        "strategy-shared",
                        "strategy-aof-psync",
                        "harness",
                        "results")) {
            assertThat(readme()).contains("`" + module + "`");
        }
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    /** Layout aside: the formatter decides the source's, the page's width the README's. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }
}
