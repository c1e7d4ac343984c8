package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplbufTest {
    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldPrintThePlanWithItsEstimateFirst() {
        assertThat(run("run", "--dry-run")).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines().findFirst().orElseThrow())
                .matches(
                        "default: 26 cells, about [56] min [0-9]+ s \\(quick look, one repetition\\)");
        assertThat(out.toString()).contains("stall-together").contains("legacy, shared, aof-psync");
    }

    @Test
    void shouldPlanTheFullSuite() {
        assertThat(run("run", "--suite", "full", "--plan")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("full: ").contains(" h ").contains("redis-6.2");
    }

    @Test
    void shouldApplySettingsToThePlan() {
        assertThat(
                        run(
                                "run",
                                "steady",
                                "--dry-run",
                                "--set",
                                "repetitions=3",
                                "--set",
                                "strategies=[shared]"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("steady: 9 cells").contains("3 repetitions");
    }

    @Test
    void shouldSuggestTheNearestScenarioInOneLine() {
        assertThat(run("run", "stall-togehter")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("replbuf: scenario: stall-togehter")
                .contains("did you mean stall-together?");
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void shouldRefuseAFolderThatIsNotEmpty() throws Exception {
        Files.writeString(folder.resolve("notes.txt"), "mine");
        assertThat(run("run", "steady", "--out", folder.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("is not empty (expected: a new folder, or --resume to continue there)");
    }

    @Test
    void shouldRefuseWhatItDoesNotUnderstand() {
        assertThat(run("run", "--siute", "full")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "replbuf: Unknown option: '--siute'; did you mean --suite? (see 'replbuf run --help')");
        assertThat(run("scenaros")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("did you mean scenarios?");
        assertThat(run("run", "--suite", "fulll")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("did you mean full?");
        assertThat(run("run", "steady", "--set", "workload.raet=3/s")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("did you mean rate?");
        assertThat(run("report", folder.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("no run.json");
    }

    @Test
    void shouldSetAnAxisAndNameItInEveryCell() {
        assertThat(run("run", "steady", "--plan", "--set", "replicas.count=3"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .startsWith("steady: 3 cells")
                .containsPattern("steady-n3-legacy-r1 +seed +-?[0-9]+ +[0-9.]+ s");
    }

    @Test
    void shouldPlanCellsSeedsTimeDiskAndWhatIsMissing() {
        assertThat(
                        run(
                                "run",
                                "slow-reader",
                                "--plan",
                                "--set",
                                "strategies=[aof-psync, {label: old, target: {kind: redis, command: redis-1.0}}]"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .containsPattern("slow-reader-aof-psync-r1 +seed +-?[0-9]+ +[0-9.]+ s")
                .contains(
                        "old will be skipped: redis-1.0 not found (expected: -Dreplbuf.redis-1.0=PATH")
                .containsPattern(
                        "disk: about [0-9.]+ kB of files, at most [0-9.]+ MB more while a cell runs; [0-9.]+ [GT]B free for results.slow-reader-");
    }

    @Test
    void shouldCheckStrategiesBeforeAnythingStarts() {
        for (String[] words :
                new String[][] {
                    {"run", "steady", "--set", "strategies=[sharde]"},
                    {"run", "steady", "--plan", "--set", "strategies=[sharde]"},
                    {"simulate", "--strategy", "sharde"}
                }) {
            err.getBuffer().setLength(0);
            assertThat(run(words)).isEqualTo(ExitCode.USAGE);
            assertThat(err.toString())
                    .startsWith("replbuf: strategy: sharde (expected: one of [aof-psync, ")
                    .endsWith(
                            "], or one of --strategy-path); did you mean shared?"
                                    + System.lineSeparator());
            assertThat(err.toString().lines()).hasSize(1);
            assertThat(out.toString()).isEmpty();
        }
    }

    @Test
    void shouldRefuseSettingsWithoutEffect() {
        assertThat(run("run", "steady", "--plan", "--set", "foo")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--set: foo (expected: PATH=VALUE");
        assertThat(run("run", "steady", "--plan", "--set", "seed=1", "--set", "seed=2"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("seed replaces seed=1 (expected: each setting once)");
        assertThat(run("run", "steady", "--plan", "--set", "workload.pipeline=2"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("changes no cell (expected: workload.mode: closed)");
    }

    @Test
    void shouldSayWhyAFolderCannotBeUsed() throws Exception {
        assertThat(run("run", "steady", "--out", "/proc/x")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "replbuf: --out: /proc/x cannot be created: no such file or folder (expected: a folder that can be written to)");
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThat(run("run", "steady", "--out", file.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(run("run", "steady", "--out", file + "/below")).isEqualTo(ExitCode.USAGE);
        assertThat(run("jmh", "-rff", "/proc/x/y.json")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines()).as("one line each").hasSize(4);
    }

    @Test
    void shouldSayWhatDoesNotRunElsewhere() {
        assertThat(runOn("Mac OS X", "run", "steady", "--out", folder.resolve("x").toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString())
                .contains("os.name: Mac OS X (expected: Linux, since 'run' measures by /proc")
                .contains("'report'");
        assertThat(folder.resolve("x")).doesNotExist();
        assertThat(runOn("Mac OS X", "run", "steady", "--plan")).isEqualTo(ExitCode.OK);
        assertThat(runOn("Mac OS X", "scenarios")).isEqualTo(ExitCode.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "report", "archive", "scenarios", "simulate"})
    void shouldHelpWithEveryWord(String word) {
        assertThat(run(word, "--help")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("Usage: replbuf " + word).doesNotContain("${");
    }

    @Test
    void shouldNotTakeAHelpOptionForAKnownWord() {
        assertThat(run("scenaros", "--help")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("scenaros: no such command")
                .contains("did you mean scenarios?");
        assertThat(run("compare", "--help")).isEqualTo(ExitCode.USAGE);
        assertThat(run("frobnicate", "--help")).isEqualTo(ExitCode.USAGE);
        assertThat(run("help")).isEqualTo(ExitCode.USAGE);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines()).as("one line each").hasSize(4);
    }

    @Test
    void shouldNameTheOneOptionThatIsWrong() {
        assertThat(run("simulate", "--runs", "-5")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines("replbuf: --runs: -5 (expected: >= 1)");
    }

    @Test
    void shouldListScenariosWithTheirEstimates() {
        assertThat(run("scenarios")).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines())
                .anyMatch(line -> line.matches("steady +9 cells +.* s +N healthy replicas .*"))
                .anyMatch(line -> line.startsWith("--suite full"));
    }

    @Test
    void shouldPrintAScenarioToStartFrom() {
        assertThat(run("scenarios", "steady")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("name: steady").contains("matrix:");
    }

    @Test
    void shouldDocumentExamplesAndExitCodes() {
        assertThat(run("--help")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("replbuf run my.yaml")
                .contains("Exit status: 0")
                .contains("server");
        assertThat(run("--version")).isEqualTo(ExitCode.OK);
        assertThat(run()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void shouldHandJmhItsOwnArguments() {
        assertThat(JmhCommand.without(List.of("true"))).isEmpty();
        assertThat(JmhCommand.without(List.of("-f", "1"))).containsExactly("-f", "1");
    }

    private int runOn(String osName, String... arguments) {
        return Replbuf.run(
                arguments, new PrintWriter(out, true), new PrintWriter(err, true), osName);
    }

    private int run(String... arguments) {
        return Replbuf.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
