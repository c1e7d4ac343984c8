package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.measure.Archive;
import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.Environment;
import io.replbuf.harness.measure.Machine;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunRequest;
import io.replbuf.harness.measure.RunResult;
import io.replbuf.harness.run.CellExecutor;
import io.replbuf.harness.run.CellProgress;
import io.replbuf.harness.run.RedisPrograms;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Compiler;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.ScenarioLibrary;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CampaignTest {
    private static final RunRequest REQUEST =
            new RunRequest(null, List.of("slow-reader"), Map.of("seed", "17"), List.of());

    @TempDir private Path folder;
    private final StringWriter said = new StringWriter();
    private final Plan plan = plan("17");

    @Test
    void shouldKeepRunJsonTrueAfterEachCell() throws IOException {
        RecordingExecutor executor = new RecordingExecutor();
        executor.onEach = cell -> assertThat(read().cells()).hasSize(executor.executed.size());
        assertThat(run(plan, executor, false)).isEqualTo(ExitCode.OK);
        assertThat(executor.executed)
                .containsExactly(
                        "slow-reader-legacy-r1",
                        "slow-reader-shared-r1",
                        "slow-reader-aof-psync-r1");
        assertThat(read().status()).isEqualTo(RunResult.Status.FINISHED);
        assertThat(read().cells()).isEqualTo(executor.executed);
        assertThat(read().finishedAt()).isNotNull();
        assertThat(new RunFiles(folder).readCells()).hasSize(3);
    }

    @Test
    void shouldGoOnAfterACellThatCouldNotBeRun() throws IOException {
        RecordingExecutor executor = new RecordingExecutor();
        executor.broken = "slow-reader-legacy-r1";
        assertThat(run(plan, executor, false)).isEqualTo(ExitCode.FAILED);
        assertThat(read().cells()).hasSize(3);
        CellResult broken = new RunFiles(folder).readCell("slow-reader-legacy-r1");
        assertThat(broken.verdict().status()).isEqualTo(CellResult.Status.FAILED);
        assertThat(broken.verdict().reasons()).singleElement().asString().contains("no answer");
        assertThat(said.toString())
                .contains("[1/3] slow-reader-legacy-r1  failed: engine: no answer");
    }

    @Test
    void shouldRunAgainWhatFailedOrWasChangedAndKeepTheRest() throws IOException {
        RecordingExecutor first = new RecordingExecutor();
        first.verdicts.put("slow-reader-shared-r1", CellResult.Status.FAILED);
        first.verdicts.put("slow-reader-legacy-r1", CellResult.Status.SUSPECT);
        assertThat(run(plan, first, false)).isEqualTo(ExitCode.FAILED);

        RecordingExecutor second = new RecordingExecutor();
        assertThat(run(plan, second, true)).isEqualTo(ExitCode.OK);
        assertThat(second.executed).containsExactly("slow-reader-shared-r1");
        assertThat(said.toString()).contains("[1/3] slow-reader-legacy-r1  kept");

        RecordingExecutor third = new RecordingExecutor();
        run(plan("18"), third, true);
        assertThat(third.executed).as("another seed is another cell").hasSize(3);
    }

    @Test
    void shouldNotFailForASuspectCell() throws IOException {
        RecordingExecutor executor = new RecordingExecutor();
        executor.verdicts.put("slow-reader-shared-r1", CellResult.Status.SUSPECT);
        assertThat(run(plan, executor, false)).isEqualTo(ExitCode.OK);
    }

    @Test
    void shouldGoOnWithAnArchivedRun() throws IOException {
        RecordingExecutor first = new RecordingExecutor();
        first.verdicts.put("slow-reader-shared-r1", CellResult.Status.FAILED);
        run(plan, first, false);
        RunFiles files = new RunFiles(folder);
        for (String cell : first.executed) {
            Files.writeString(files.eventsFile(cell), "t_ms,replica,verb,args\n");
        }
        new Archive(files, Map.of()).write();
        assertThat(files.eventsFile("slow-reader-legacy-r1")).doesNotExist();

        RecordingExecutor second = new RecordingExecutor();
        assertThat(run(plan, second, true)).isEqualTo(ExitCode.OK);
        assertThat(second.executed).containsExactly("slow-reader-shared-r1");
        assertThat(files.cellFolder("slow-reader-shared-r1").resolve("events.csv.gz"))
                .as("of the cell that was replaced")
                .doesNotExist();
    }

    @Test
    void shouldRunAgainACellWhoseResultIsCutOff() throws IOException {
        run(plan, new RecordingExecutor(), false);
        Path result = new RunFiles(folder).cellFile("slow-reader-legacy-r1");
        String text = Files.readString(result);
        Files.writeString(result, text.substring(0, text.length() / 2));
        RecordingExecutor again = new RecordingExecutor();
        run(plan, again, true);
        assertThat(again.executed).containsExactly("slow-reader-legacy-r1");
    }

    @Test
    void shouldKeepFinishedCellsWhenInterrupted() throws IOException {
        RecordingExecutor executor = new RecordingExecutor();
        executor.interruptAt = "slow-reader-shared-r1";
        assertThat(run(plan, executor, false)).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(read().status()).isEqualTo(RunResult.Status.INTERRUPTED);
        assertThat(read().cells()).containsExactly("slow-reader-legacy-r1");
        assertThat(said.toString()).contains("Continue with: replbuf run --resume " + folder);
        assertThat(read().request()).as("what --resume takes from there").isEqualTo(REQUEST);
        assertThat(read().command()).isEqualTo("replbuf run slow-reader --set seed=17");
    }

    @Test
    void shouldRunADisturbedCellOnceMoreAndLetTheSecondResultStand() throws IOException {
        RecordingExecutor executor = new RecordingExecutor();
        executor.foreign.addAll(List.of(0.0, 0.7, 0.05));
        assertThat(run(plan, executor, false)).isEqualTo(ExitCode.OK);
        assertThat(executor.executed)
                .containsExactly(
                        "slow-reader-legacy-r1",
                        "slow-reader-shared-r1",
                        "slow-reader-shared-r1",
                        "slow-reader-aof-psync-r1");
        assertThat(said.toString())
                .contains("[2/3] slow-reader-shared-r1  again: foreign load: 0.70 cores")
                .contains("[3/3] slow-reader-aof-psync-r1");
        Machine second = new RunFiles(folder).readCell("slow-reader-shared-r1").machine();
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(second.repeatedBecause()).startsWith("foreign load: 0.70 cores");
        assertThat(second.foreignCores()).isEqualTo(0.05);
        assertThat(read().cells()).hasSize(3);
    }

    @Test
    void shouldNotReplaceAFailureByABetterResult() throws IOException {
        RecordingExecutor executor = new RecordingExecutor();
        executor.verdicts.put("slow-reader-legacy-r1", CellResult.Status.FAILED);
        executor.foreign.add(0.7);
        assertThat(run(plan, executor, false)).isEqualTo(ExitCode.FAILED);
        assertThat(executor.executed).as("one attempt each").hasSize(3);
    }

    @Test
    void shouldNotGoOnRepeatingUnderALoadThatStays() throws IOException {
        RecordingExecutor executor = new RecordingExecutor();
        executor.foreign.addAll(List.of(0.7, 0.8, 0.7, 0.8, 0.7));
        assertThat(run(plan, executor, false)).isEqualTo(ExitCode.OK);
        assertThat(executor.executed).hasSize(5);
        assertThat(new RunFiles(folder).readCell("slow-reader-aof-psync-r1").machine().attempt())
                .isEqualTo(1);
    }

    @Test
    void shouldLeaveOutArmsWhoseServerIsNotHere() throws IOException {
        Plan peers =
                Compiler.compile(
                        ScenarioLibrary.scenario("slow-reader")
                                .withText(
                                        Map.of(
                                                "strategies",
                                                "[shared, {label: redis-1.0, target: {kind: redis, command: redis-1.0}}]")));
        RecordingExecutor executor = new RecordingExecutor();
        assertThat(run(peers, executor, false)).isEqualTo(ExitCode.OK);
        assertThat(executor.executed).containsExactly("slow-reader-shared-r1");
    }

    @Test
    void shouldSayOnPlainLinesWhatTheCellIsDoing() throws IOException {
        run(plan, new RecordingExecutor(), false);
        assertThat(said.toString())
                .contains("[2/3] slow-reader-shared-r1  slow  ETA ")
                .contains("12.0k/s  p99 1.50 ms  lag 12.3 MB  resyncs 1 full 2 partial")
                .doesNotContain("\r");
    }

    private static Plan plan(String seed) {
        return Compiler.compile(
                ScenarioLibrary.scenario("slow-reader").withText(Map.of("seed", seed)));
    }

    private int run(Plan plan, CellExecutor executor, boolean resume) throws IOException {
        PrintWriter console = new PrintWriter(said);
        RedisPrograms programs = new RedisPrograms(Map.of());
        return new Campaign(
                        plan,
                        new RunFiles(folder),
                        programs,
                        Progress.on(console, plan, false),
                        REQUEST)
                .run(executor, resume);
    }

    private RunResult read() {
        try {
            return new RunFiles(folder).readRun();
        } catch (IOException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private static Machine machine(Double foreignCores) {
        double foreign = foreignCores == null ? 0 : foreignCores;
        return new Machine(
                1, null, 2, Map.of(Machine.FOREIGN, foreign), 0, Map.of(), Map.of(), "none", 0, 0);
    }

    /** Runs nothing, and writes a result as an executor must. */
    private static final class RecordingExecutor implements CellExecutor {
        private final List<String> executed = new ArrayList<>();
        private final Map<String, CellResult.Status> verdicts = new HashMap<>();
        private Consumer<Cell> onEach = cell -> {};

        /** In the order of the attempts; none where it is empty. */
        private final Queue<Double> foreign = new ArrayDeque<>();

        private String broken;
        private String interruptAt;

        @Override
        public Environment environment(List<Cell> cells) {
            return new Environment(
                    RunFiles.SCHEMA_VERSION,
                    "0",
                    "c",
                    false,
                    "jvm",
                    List.of(),
                    List.of(),
                    "os",
                    "k",
                    "cpu",
                    2,
                    1,
                    -1,
                    "thp",
                    "g",
                    "sleep",
                    "load",
                    "netty",
                    "nio",
                    "host",
                    Map.of());
        }

        @Override
        public CellResult execute(Cell cell, RunFiles files, Consumer<CellProgress> progress)
                throws IOException, InterruptedException {
            onEach.accept(cell);
            if (cell.id().equals(broken)) {
                throw new IOException("engine: no answer (expected: Ready to accept connections)");
            }
            if (cell.id().equals(interruptAt)) {
                throw new InterruptedException("signal");
            }
            progress.accept(new CellProgress("slow", 100, 12_000, 1.5, 12_345_678, 1, 2));
            executed.add(cell.id());
            CellResult result =
                    new CellResult(
                            RunFiles.SCHEMA_VERSION,
                            cell.id(),
                            cell.scenario().name(),
                            cell.strategy(),
                            "process",
                            cell.repetition(),
                            Map.of(),
                            cell.seed(),
                            Map.of(),
                            List.of(),
                            new CellResult.Verdict(
                                    verdicts.getOrDefault(cell.id(), CellResult.Status.OK),
                                    false,
                                    List.of()),
                            "now",
                            1,
                            1,
                            1,
                            1,
                            1,
                            new CellResult.Digest("tap", 1, 1, 0, 0),
                            new CellResult.Latency(
                                    CellResult.Percentiles.NONE,
                                    CellResult.Percentiles.NONE,
                                    CellResult.Percentiles.NONE,
                                    CellResult.Percentiles.NONE,
                                    0),
                            Map.of(),
                            1,
                            1,
                            1,
                            new CellResult.Resyncs(0, 0, 0),
                            Map.of(),
                            1,
                            1,
                            new CellResult.Gc(0, 0),
                            Map.of(),
                            null,
                            machine(foreign.poll()));
            files.writeCell(result);
            return result;
        }
    }
}
