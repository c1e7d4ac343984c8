package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.Environment;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunRequest;
import io.replbuf.harness.report.Report;
import io.replbuf.harness.run.CellExecutor;
import io.replbuf.harness.run.CellProgress;
import io.replbuf.harness.run.CellRunner;
import io.replbuf.harness.run.RedisPrograms;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Compiler;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.ScenarioSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A campaign of two cells on real engines; something bad happens to the first, in one of its phases. The cell ends with a reason that
 * names the cause, the next cell runs, the page says so, and no thread or process is left.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MishapTest {
    /** Well above what starting an engine, a whole cell and noticing take, and well below any limit that would end it anyway. */
    private static final Duration CELL_LIMIT = Duration.ofSeconds(25);

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String START = "start";
    private static final List<String> PHASES =
            List.of(START, "preload", "attach", "warmup", "storm", "drain", "settle");

    @TempDir private Path temporary;
    private final StringWriter said = new StringWriter();
    private Set<String> threadsBefore;
    private Path folder;
    private boolean mounted;

    @BeforeEach
    void begin() {
        folder = temporary.resolve("run");
        threadsBefore = threads();
    }

    @AfterEach
    void end() throws IOException, InterruptedException {
        if (mounted) {
            run("umount", "-l", folder.toString());
        }
        Mishap.engines().forEach(ProcessHandle::destroyForcibly);
    }

    private static Plan plan() {
        String text =
                """
                name: trial
                description: two cells of a test
                seed: 5
                target: {kind: process}
                strategies: [aof-psync, shared]
                engine: {save: "", repl-diskless-sync-delay: 0}
                workload: {rate: 2000/s, valueSize: 1KiB, keys: 1000, connections: 2, preload: true}
                replicas: {count: 2}
                probe: {rate: 100/s}
                phases:
                  - {name: warmup, kind: warmup, duration: 300ms}
                  - {name: storm, duration: 600ms}
                  - {name: drain, kind: drain, duration: 1s}
                """;
        return Compiler.compile(ScenarioSource.parse("trial", text));
    }

    static Stream<Arguments> mishapsInPhases() {
        return Stream.of(Mishap.values())
                .flatMap(
                        mishap ->
                                PHASES.stream()
                                        .filter(phase -> happens(mishap, phase))
                                        .map(phase -> Arguments.of(mishap, phase)));
    }

    /** A file is there to be removed from the first sample on. */
    private static boolean happens(Mishap mishap, String phase) {
        return mishap != Mishap.REMOVE || PHASES.indexOf(phase) >= PHASES.indexOf("warmup");
    }

    @Tag("ci")
    @ParameterizedTest
    @MethodSource("mishapsInPhases")
    void shouldNameTheCauseAndGoOn(Mishap mishap, String phase) throws Exception {
        play(mishap, phase);
    }

    @Test
    void shouldNameAServerThatWasKilled() throws Exception {
        play(Mishap.KILL, "storm");
    }

    @Test
    void shouldNameAServerThatWasStopped() throws Exception {
        play(Mishap.STOP, "warmup");
    }

    @Tag("ci")
    @Test
    void shouldNameARawFileThatWasRemovedAfterItsCell() throws Exception {
        new Victim(Mishap.REMOVE, "never").run();
        Cell first = plan().cells().get(0);
        Mishap.REMOVE.strike(folder, first);
        assertThat(Files.readString(Report.write(folder).page()))
                .contains("lag.csv: no such file (expected: one in every cell)");
    }

    private void play(Mishap mishap, String phase) throws Exception {
        if (mishap == Mishap.FILL) {
            mountSmallDisk();
        }
        Victim victim = new Victim(mishap, phase);
        int code = victim.run();

        assertThat(victim.struck).as("%s in %s happened", mishap, phase).isTrue();
        assertThat(victim.firstTook).as("time of the first cell").isLessThan(CELL_LIMIT);
        assertThat(code).isEqualTo(ExitCode.FAILED);
        RunFiles files = new RunFiles(folder);
        List<Cell> cells = plan().cells();
        CellResult first = files.readCell(cells.get(0).id());
        assertThat(first.verdict().status()).isEqualTo(CellResult.Status.FAILED);
        assertThat(String.join("\n", first.verdict().reasons())).contains(mishap.named());
        assertThat(said.toString()).contains(mishap.named());
        CellResult second = files.readCell(cells.get(1).id());
        assertThat(second.verdict().status())
                .as("%s", second.verdict())
                .isNotEqualTo(CellResult.Status.FAILED);
        assertThat(second.digest().checkedChunks()).isPositive();
        assertThat(Files.readString(Report.write(folder).page())).contains(mishap.named());
        assertThat(Mishap.engines()).as("engines that are left").isEmpty();
        assertThat(folder.resolve("work")).doesNotExist();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(newThreads()).isEmpty());
    }

    private void mountSmallDisk() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder.toString()) == 0;
        assumeTrue(mounted, "skipped: a small disk takes the right to mount one");
    }

    private static int run(String... words) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> newThreads() {
        Set<String> left = threads();
        left.removeAll(threadsBefore);
        // Of the JDK, of the test tools and of Netty, one in each process, for ever or for a
        // second.
        left.removeIf(
                name ->
                        name.matches(
                                "(process reaper|globalEventExecutor|Java2D|junit|awaitility|Attach Listener).*"));
        return left;
    }

    /** Runs the plan, and lets the mishap happen to the first cell as soon as it says that it is in the phase. */
    private final class Victim implements CellExecutor {
        private final CellExecutor runner = new CellRunner();
        private final Mishap mishap;
        private final String phase;
        private volatile boolean struck;
        private Duration firstTook;

        Victim(Mishap mishap, String phase) {
            this.mishap = mishap;
            this.phase = phase;
        }

        int run() throws IOException {
            PrintWriter console = new PrintWriter(said);
            return new Campaign(
                            plan(),
                            new RunFiles(folder),
                            new RedisPrograms(Map.of()),
                            Progress.on(console, plan(), false),
                            new RunRequest(null, List.of("trial"), Map.of(), List.of()))
                    .run(this, false);
        }

        @Override
        public Environment environment(List<Cell> cells) throws IOException {
            return runner.environment(cells);
        }

        @Override
        public CellResult execute(Cell cell, RunFiles files, Consumer<CellProgress> progress)
                throws IOException, InterruptedException {
            if (firstTook != null) {
                mishap.undo(folder);
                return runner.execute(cell, files, progress);
            }
            long began = System.nanoTime();
            Thread starter = new Thread(() -> strikeAtStart(cell), "strike-at-start");
            if (phase.equals(START)) {
                starter.start();
            }
            try {
                return runner.execute(
                        cell,
                        files,
                        told -> {
                            if (!struck && told.phase().equals(phase)) {
                                strike(cell);
                            }
                            progress.accept(told);
                        });
            } finally {
                firstTook = Duration.ofNanos(System.nanoTime() - began);
                starter.join();
            }
        }

        private void strikeAtStart(Cell cell) {
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> !Mishap.engines().isEmpty());
            strike(cell);
        }

        private void strike(Cell cell) {
            try {
                mishap.strike(folder, cell);
                struck = true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
