package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.RunFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StrategyPathTest {
    private static final String SCENARIO =
            """
            name: tiny
            description: a strategy from elsewhere, for a moment
            seed: 1
            strategies: [shared, mine]
            engine: {save: "", repl-diskless-sync: "yes", repl-diskless-sync-delay: 0, repl-buffer-rehearsal: "no"}
            workload: {rate: 500/s, keys: 100}
            replicas: {count: 2}
            phases:
              - {name: main, duration: 500ms}
            """;

    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String jar;

    @BeforeEach
    void build() throws Exception {
        jar =
                ForeignJar.build(Files.createDirectories(folder.resolve("elsewhere-built")))
                        .toString();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldRunAndReportAStrategyOfAnotherJar() throws Exception {
        Path file = Files.writeString(folder.resolve("tiny.yaml"), SCENARIO);
        Path results = folder.resolve("results");
        int code = run("run", file.toString(), "--strategy-path", jar, "--out", results.toString());
        RunFiles files = new RunFiles(results);
        assertThat(files.readRun().cells())
                .as("%s%s%s", code, out, err)
                .containsExactly("tiny-shared-r1", "tiny-mine-r1");
        CellResult mine = files.readCell("tiny-mine-r1");
        assertThat(mine.strategy()).isEqualTo("mine");
        assertThat(mine.achievedPerSecond()).isPositive();
        assertThat(mine.verdict().status())
                .as(String.valueOf(mine.verdict().reasons()))
                .isNotEqualTo(CellResult.Status.FAILED);
        assertThat(Files.readString(results.resolve("report.html"))).contains("mine");
        assertThat(files.readRun().request().strategyPath()).containsExactly(jar);
        assertThat(files.readRun().command()).contains("--strategy-path " + jar);
        assertThat(run("run", "--resume", results.toString(), "--plan"))
                .as("the path is the run's")
                .isEqualTo(ExitCode.OK);
    }

    @Test
    void shouldSimulateAStrategyOfAnotherJar() {
        assertThat(run("simulate", "--strategy-path", jar, "--strategy", "mine", "--runs", "3"))
                .as(err.toString())
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("mine: nothing wrong in ")
                .contains("no model of it to hold it to");
    }

    @Test
    void shouldRefuseItWithoutItsJarAndAJarWithoutAStrategy() throws Exception {
        assertThat(run("simulate", "--strategy", "mine")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("strategy: mine (expected: one of [aof-psync, ");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        for (String place : List.of("nowhere.jar", empty.toString(), jar + " x")) {
            assertThat(run("run", "--plan", "--strategy-path", place)).isEqualTo(ExitCode.USAGE);
        }
        assertThat(err.toString().lines()).as("one line each").hasSize(4);
    }

    @Test
    void shouldHandTheServerTheDirective() {
        assertThat(
                        RawCommands.redisWords(
                                new String[] {
                                    "redis.conf",
                                    "--strategy-path",
                                    "a.jar",
                                    "--port",
                                    "7000",
                                    "--strategy-path",
                                    "b.jar"
                                }))
                .containsExactly(
                        "redis.conf",
                        "--port",
                        "7000",
                        "--repl-buffer-path",
                        "a.jar" + java.io.File.pathSeparator + "b.jar");
    }

    private int run(String... arguments) {
        return Replbuf.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
