package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunRequest;
import io.replbuf.harness.measure.RunResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumptionTest {
    private static final RunRequest NOTHING = new RunRequest(null, List.of(), Map.of(), List.of());
    private static final RunRequest STEADY =
            new RunRequest(null, List.of("steady"), Map.of("workload.rate", "500/s"), List.of());

    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldTakeScenariosAndSettingsFromTheRun() throws IOException {
        write(STEADY);
        assertThat(Resumption.of(folder, NOTHING)).isEqualTo(STEADY);
        assertThat(Resumption.of(folder, STEADY)).isEqualTo(STEADY);
        assertThat(
                        Resumption.of(
                                folder,
                                new RunRequest(null, List.of("steady"), Map.of(), List.of())))
                .as("settings are the run's where none are given")
                .isEqualTo(STEADY);
    }

    @Test
    void shouldPlanWhatWasBegunUnderBothSpellings() throws IOException {
        write(STEADY);
        for (List<String> words :
                List.of(
                        List.of("--resume", folder.toString()),
                        List.of("--resume", "--out", folder.toString()),
                        List.of("--resume", "steady", "--out", folder.toString()))) {
            out.getBuffer().setLength(0);
            List<String> all = new java.util.ArrayList<>(List.of("run", "--plan"));
            all.addAll(words);
            assertThat(run(all.toArray(String[]::new))).as(words + ": " + err).isEqualTo(0);
            assertThat(out.toString()).startsWith("steady: 9 cells");
        }
    }

    @Test
    void shouldRefuseToContinueSomethingElse() throws IOException {
        write(STEADY);
        assertThat(run("run", "--resume", folder.toString(), "--suite", "full")).isEqualTo(2);
        assertThat(err.toString())
                .contains("holds 'replbuf run steady --set workload.rate=500/s'")
                .contains("not 'replbuf run --suite full' (expected: the same words, or none)");
        assertThat(run("run", "--resume", folder.toString(), "--set", "seed=3")).isEqualTo(2);
        assertThat(run("run", "slow-reader", "--resume", "--out", folder.toString())).isEqualTo(2);
        assertThat(err.toString().lines()).as("one line each").hasSize(3);
    }

    @Test
    void shouldBeginWhereNothingIsOnlyIfItIsToldWhat() throws IOException {
        assertThat(Resumption.of(folder.resolve("new"), STEADY)).isEqualTo(STEADY);
        assertThatThrownBy(() -> Resumption.of(folder.resolve("new"), NOTHING))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no run.json (expected: the folder of an earlier run)");
        Files.writeString(folder.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> Resumption.of(folder, STEADY)).hasMessageContaining("no run.json");
    }

    @Test
    void shouldRefuseToGuessAFolder() {
        assertThat(run("run", "--resume")).isEqualTo(2);
        assertThat(run("run", "--resume", "--plan")).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsOnly("replbuf: --resume (expected: the folder to continue in)");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldAskWhatARunOfAnOlderVersionRan() throws IOException {
        write(STEADY);
        Path file = new RunFiles(folder).runFile();
        String text = Files.readString(file);
        Files.writeString(file, text.replaceAll("(?s)\"request\" : \\{.*?\\n  },\\s*", ""));
        assertThat(new RunFiles(folder).readRun().request()).isNull();
        assertThatThrownBy(() -> Resumption.of(folder, NOTHING))
                .hasMessageContaining(
                        "(expected: what it ran as well: replbuf run steady --set workload.rate=500/s)");
        assertThat(Resumption.of(folder, STEADY)).isEqualTo(STEADY);
    }

    private void write(RunRequest request) throws IOException {
        new RunFiles(folder)
                .writeRun(
                        new RunResult(
                                RunFiles.SCHEMA_VERSION,
                                "steady",
                                "2026-01-02T03:04:05Z",
                                null,
                                "quick look, one repetition",
                                1,
                                request.command(),
                                request,
                                List.of(),
                                RunResult.Status.INTERRUPTED));
    }

    private int run(String... arguments) {
        return Replbuf.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
