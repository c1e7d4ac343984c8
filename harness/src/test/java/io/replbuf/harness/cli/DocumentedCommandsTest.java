package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.replbuf.harness.cli.DocumentedCommands.Shown;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunRequest;
import io.replbuf.harness.measure.RunResult;
import io.replbuf.harness.scenario.ScenarioLibrary;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Runs every command that README.md, results/README.md and the help texts show.
 *
 * <p>What takes minutes is made short in a way that is stated here for each word: a run is planned, a day of the simulator has
 * one hour and five replicas, nothing is fetched, benchmarks are listed, a server is stopped when it is ready, a report is made of a committed run.
 * A command that no rule covers fails, so that a new one cannot be forgotten. Maven is not run: its profiles, properties and
 * modules are looked up.
 */
class DocumentedCommandsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> OURS = List.of("legacy", "shared", "aof-psync");
    private static final long SERVER_SECONDS_MAX = 60;

    @TempDir private Path folder;
    private final StringWriter said = new StringWriter();
    private final Level logLevel = logger().getLevel();

    @AfterEach
    void restoreLog() {
        logger().setLevel(logLevel);
    }

    static List<Shown> commands() throws IOException {
        List<Shown> all = new ArrayList<>();
        all.addAll(DocumentedCommands.ofPage(ROOT, "README.md"));
        all.addAll(DocumentedCommands.ofPage(ROOT, "results/README.md"));
        all.addAll(DocumentedCommands.ofHelp());
        for (String word : List.of("run", "report", "archive", "scenarios", "simulate")) {
            all.addAll(DocumentedCommands.ofHelp(word));
        }
        return all;
    }

    @Test
    void shouldFindTheCommandsThatMatter() throws IOException {
        List<String> found =
                commands().stream().map(shown -> String.join(" ", shown.words())).toList();
        assertThat(found)
                .contains("mvn verify", "mvn -Pbench verify", "replbuf run --suite default")
                .anyMatch(
                        command ->
                                command.startsWith("java -jar harness/target/replbuf.jar simulate"))
                .anyMatch(command -> command.startsWith("replbuf server redis.conf"))
                .hasSizeGreaterThan(35);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldRun(Shown shown) throws Exception {
        List<String> arguments = shown.arguments();
        if (shown.isMaven()) {
            new MavenWords(ROOT).check(shown.words());
        } else if (shown.words().get(0).startsWith(".ci/")) {
            assertThat(ROOT.resolve(shown.words().get(0))).isExecutable();
        } else if (arguments == null) {
            throw new AssertionError(
                    shown + " (expected: a command that this test knows how to run)");
        } else if (arguments.contains("--help")) {
            assertSucceeds(shown, arguments);
        } else {
            runShortly(shown, arguments.get(0), new ArrayList<>(arguments));
        }
    }

    private void runShortly(Shown shown, String word, List<String> arguments) throws Exception {
        if (arguments.contains("my.jar")) {
            String jar = ForeignJar.build(folder).toString();
            arguments.replaceAll(given -> given.equals("my.jar") ? jar : given);
        }
        switch (word) {
            case "run" -> {
                prepareRun(arguments);
                assertSucceeds(shown, arguments);
                assertThat(said.toString()).contains(" cells, about ");
            }
            case "report", "archive" -> {
                assertThat(arguments).as(shown.toString()).hasSize(2);
                assertSucceeds(shown, List.of(word, aRun().toString()));
                assertThat(said.toString()).contains("Report: ");
            }
            // Fetching takes a mirror and a minute.
            case "servers" -> {
                assertThat(arguments).as(shown.toString()).hasSize(2);
                assertSucceeds(shown, List.of(word, "--help"));
            }
            case "scenarios" -> assertSucceeds(shown, arguments);
            case "simulate" -> {
                if (!arguments.contains("--strategy")) {
                    // The class path of the tests has strategies of tests, too.
                    OURS.forEach(name -> arguments.addAll(List.of("--strategy", name)));
                }
                if (arguments.contains("--day")) {
                    arguments.addAll(List.of("--replicas", "5", "--hours", "1"));
                } else if (!arguments.contains("--seed")) {
                    arguments.addAll(List.of("--runs", "3"));
                }
                assertSucceeds(shown, arguments);
                assertThat(said.toString()).contains("nothing wrong in ");
            }
            case "jmh" -> {
                arguments.add("-l");
                assertSucceeds(shown, arguments);
            }
            case "server" -> serve(shown, arguments);
            default ->
                    throw new AssertionError(
                            shown + " (expected: a word that this test knows how to run)");
        }
    }

    /** Files and folders of the reader's are made here; nothing is run. */
    private void prepareRun(List<String> arguments) throws IOException {
        int file = arguments.indexOf("my.yaml");
        if (file > 0) {
            arguments.set(
                    file,
                    Files.writeString(folder.resolve("my.yaml"), ScenarioLibrary.file("steady"))
                            .toString());
        }
        int resume = arguments.indexOf("--resume");
        if (resume > 0) {
            arguments.set(resume + 1, begun().toString());
        }
        if (!arguments.contains("--plan") && !arguments.contains("--dry-run")) {
            arguments.add("--plan");
        }
    }

    private Path begun() throws IOException {
        RunRequest request = new RunRequest("full", List.of(), Map.of(), List.of());
        new RunFiles(folder)
                .writeRun(
                        new RunResult(
                                RunFiles.SCHEMA_VERSION,
                                "full",
                                "2026-01-02T03:04:05Z",
                                null,
                                "full suite, five repetitions",
                                1,
                                request.command(),
                                request,
                                List.of(),
                                RunResult.Status.INTERRUPTED));
        return folder;
    }

    /** A copy of the committed run with the fewest files. */
    private Path aRun() throws IOException {
        Path smallest;
        try (Stream<Path> runs = Files.list(ROOT.resolve("results"))) {
            smallest =
                    runs.filter(run -> Files.isRegularFile(run.resolve("run.json")))
                            .filter(run -> run.getFileName().toString().startsWith("reference-"))
                            .min(Comparator.comparing(run -> files(run).size()))
                            .orElseThrow();
        }
        for (Path file : files(smallest)) {
            Path copy = folder.resolve(smallest.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
        return folder;
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile).toList();
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    /** In a process of its own, on a free port and in a folder of its own; ended as a supervisor does. */
    private void serve(Shown shown, List<String> arguments) throws Exception {
        int config = arguments.indexOf("redis.conf");
        if (config > 0) {
            Path file = Files.writeString(folder.resolve("redis.conf"), "maxclients 100\n");
            arguments.set(config, file.toString());
        }
        int port = arguments.indexOf("--port");
        if (port < 0) {
            arguments.addAll(List.of("--port", freePort()));
        } else {
            arguments.set(port + 1, freePort());
        }
        arguments.addAll(List.of("--dir", folder.toString()));
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                Replbuf.class.getName()));
        command.addAll(arguments);
        Path log = folder.resolve("said.txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            Awaitility.await(shown.toString())
                    .atMost(Duration.ofSeconds(SERVER_SECONDS_MAX))
                    .until(
                            () ->
                                    !process.isAlive()
                                            || Files.readString(log).contains("Ready to accept"));
            assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
            process.destroy();
            assertThat(process.waitFor(SERVER_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(log)).contains("bye bye");
        } finally {
            process.destroyForcibly();
        }
    }

    private void assertSucceeds(Shown shown, List<String> arguments) {
        PrintWriter console = new PrintWriter(said, true);
        assertThat(Replbuf.run(arguments.toArray(String[]::new), console, console))
                .as("%s, run as %s: %s", shown, arguments, said)
                .isEqualTo(ExitCode.OK);
    }

    private static String freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(free.getLocalPort());
        }
    }

    /** A simulation turns it off. */
    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("io.replbuf.log");
    }
}
