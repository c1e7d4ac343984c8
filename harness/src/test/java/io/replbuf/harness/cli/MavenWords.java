package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.scenario.ScenarioLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Holds a Maven command to the build files: profiles, properties, modules, tests and goals that it names are there. */
final class MavenWords {
    private static final Set<String> FLAGS = Set.of("mvn", "-am", "-o", "-q", "-B");
    private static final Set<String> PHASES = Set.of("verify", "test", "package");

    /** Of Surefire. */
    private static final Set<String> FOREIGN = Set.of("test", "surefire.failIfNoSpecifiedTests");

    private final String poms;
    private final String sources;

    MavenWords(Path root) throws IOException {
        this.poms =
                Files.readString(root.resolve("pom.xml"))
                        + Files.readString(root.resolve("harness/pom.xml"));
        StringBuilder text = new StringBuilder();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path file : walk.filter(MavenWords::isSource).toList()) {
                text.append(Files.readString(file));
            }
        }
        this.sources = text.toString();
    }

    void check(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith("-P")) {
                for (String profile : word.substring(2).split(",")) {
                    assertThat(poms).as("profile").contains("<id>" + profile + "</id>");
                }
            } else if (word.startsWith("-D")) {
                property(word.substring(2));
            } else if (word.equals("-pl")) {
                for (String module : words.get(++i).split(",")) {
                    assertThat(poms).as("module").contains("<module>" + module + "</module>");
                }
            } else if (word.matches("[a-z-]+:[a-z-]+")) {
                assertThat(poms)
                        .as("plugin")
                        .contains(word.substring(0, word.indexOf(':')) + "-maven-plugin");
            } else {
                assertThat(FLAGS.contains(word) || PHASES.contains(word))
                        .as("%s in %s (expected: a word that this test knows)", word, words)
                        .isTrue();
            }
        }
    }

    private void property(String setting) {
        String name = setting.replaceFirst("=.*", "");
        String value = setting.substring(Math.min(setting.length(), name.length() + 1));
        boolean known =
                FOREIGN.contains(name)
                        || poms.contains("<" + name + ">")
                        || poms.contains("<name>" + name + "</name>")
                        || poms.contains("${" + name + "}")
                        || sources.contains("\"" + name + "\"");
        assertThat(known).as("property %s", name).isTrue();
        if (name.equals("bench.suite")) {
            assertThat(ScenarioLibrary.suites()).contains(value);
        } else if (name.equals("test")) {
            assertThat(sources).contains("class " + value + " ");
        }
    }

    private static boolean isSource(Path file) {
        return file.toString().endsWith(".java") && !file.toString().contains("/target/");
    }
}
