package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplbufTest {
    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldPrintThePlanWithItsEstimateFirst() {
        assertThat(run("run", "--dry-run")).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines().findFirst().orElseThrow())
                .matches(
                        "default: 24 cells, about 3 min [0-9]+ s \\(quick look, one repetition\\)");
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
        assertThat(run("run", "--resume")).isEqualTo(ExitCode.USAGE);
        assertThat(run("report", folder.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("no run.json");
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

    private int run(String... arguments) {
        return Replbuf.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
