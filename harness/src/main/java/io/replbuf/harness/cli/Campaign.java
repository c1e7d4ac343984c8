package io.replbuf.harness.cli;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.Machine;
import io.replbuf.harness.measure.RunFileException;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunRequest;
import io.replbuf.harness.measure.RunResult;
import io.replbuf.harness.run.BrokenCell;
import io.replbuf.harness.run.CellExecutor;
import io.replbuf.harness.run.RedisPrograms;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs a plan: one cell after the other, keeping {@code run.json} true after each, so that whatever stops it loses one cell at
 * most.
 *
 * <p>Beside each {@code cell.json} stands {@code scenario.json}, what the cell was told to do. When a run is resumed, a cell is
 * kept if both are there, the one says the same as the plan and the other did not fail.
 */
final class Campaign {
    private static final String TOLD = "scenario.json";
    private static final long STOP_SECONDS_MAX = 20;

    /** A load that is still there at so many second attempts is there to stay. */
    private static final int IN_VAIN_MAX = 2;

    private final Plan plan;
    private final RunFiles files;
    private final RedisPrograms programs;
    private final Progress progress;
    private final RunRequest request;
    private final String startedAt = now();
    private final List<String> finished = new ArrayList<>();
    private final Deque<CellResult> broken = new ArrayDeque<>();
    private int repeatedInVain;
    private final Map<String, CellResult.Verdict> verdicts = new LinkedHashMap<>();

    Campaign(
            Plan plan,
            RunFiles files,
            RedisPrograms programs,
            Progress progress,
            RunRequest request) {
        this.plan = plan;
        this.files = files;
        this.programs = programs;
        this.progress = progress;
        this.request = request;
    }

    /** Number of cells that have a result, broken ones among them. */
    int finished() {
        return finished.size();
    }

    /** Of every cell that ran or was kept, by id, in their order; a cell that could not be run is failed. */
    Map<String, CellResult.Verdict> verdicts() {
        return Collections.unmodifiableMap(verdicts);
    }

    /** Runs what is left of the plan; an exit code says how it went. A signal ends the current cell and keeps the others. */
    int run(CellExecutor executor, boolean resume) throws IOException {
        Thread self = Thread.currentThread();
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook =
                new Thread(
                        () -> {
                            self.interrupt();
                            awaitQuietly(stopped);
                        },
                        "stop-campaign");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return runCells(executor, resume);
        } finally {
            stopped.countDown();
            removeQuietly(hook);
            progress.close();
        }
    }

    private int runCells(CellExecutor executor, boolean resume) throws IOException {
        Map<String, String> missing = PlanPrinter.missing(plan, programs);
        List<Cell> cells =
                plan.cells().stream()
                        .filter(cell -> !missing.containsKey(cell.arm().label()))
                        .toList();
        files.writeEnvironment(executor.environment(cells.stream().map(this::resolved).toList()));
        write(RunResult.Status.RUNNING);
        for (Cell cell : cells) {
            if (resume && isDone(cell)) {
                progress.kept(cell);
                finished.add(cell.id());
                verdicts.put(cell.id(), files.readCell(cell.id()).verdict());
                continue;
            }
            try {
                CellResult result = execute(executor, cell);
                finished.add(cell.id());
                verdicts.put(cell.id(), result.verdict());
                progress.finished(cell, result);
            } catch (InterruptedException stop) {
                progress.interrupted(
                        Texts.again("run --resume " + RunRequest.quoted(files.root().toString())));
                write(RunResult.Status.INTERRUPTED);
                return ExitCode.INTERRUPTED;
            } catch (IOException | UncheckedIOException wrong) {
                CellResult result = BrokenCell.of(cell, String.valueOf(wrong.getMessage()));
                broken.add(result);
                finished.add(cell.id());
                verdicts.put(cell.id(), result.verdict());
                progress.failed(cell, wrong);
            }
            writeOrSay();
        }
        write(RunResult.Status.FINISHED);
        boolean failed =
                verdicts.values().stream()
                        .anyMatch(verdict -> verdict.status() == CellResult.Status.FAILED);
        return failed ? ExitCode.FAILED : ExitCode.OK;
    }

    /** Cells that came to no end stand on the page, too: at the latest when the run ends, since a full disk may have room by then. */
    private void writeBroken() throws IOException {
        while (!broken.isEmpty()) {
            files.writeCell(broken.element());
            broken.remove();
        }
    }

    /** What cannot be written between cells is no reason not to run the next; the end of the run writes once more. */
    private void writeOrSay() {
        try {
            write(RunResult.Status.RUNNING);
        } catch (IOException wrong) {
            progress.say(String.valueOf(wrong.getMessage()));
        }
    }

    /** A cell that others' load disturbed is run once more, and the second result stands; not when that has been in vain before. */
    private CellResult execute(CellExecutor executor, Cell cell)
            throws IOException, InterruptedException {
        CellResult first = attempt(executor, cell);
        Machine machine = first.machine();
        boolean failed = first.verdict().status() == CellResult.Status.FAILED;
        // Foreign load makes a server slow, not wrong: no better result may replace a failure.
        if (failed || machine == null || !machine.isDisturbed() || repeatedInVain >= IN_VAIN_MAX) {
            return first;
        }
        String because =
                String.format(
                        Locale.ROOT,
                        "foreign load: %.2f cores (expected: at most %.2f)",
                        machine.foreignCores(),
                        Machine.FOREIGN_CORES_MAX);
        progress.again(cell, because);
        CellResult second = attempt(executor, cell);
        second = second.withMachine(second.machine().secondAttempt(because));
        repeatedInVain += second.machine().isDisturbed() ? 1 : 0;
        files.writeCell(second);
        return second;
    }

    private CellResult attempt(CellExecutor executor, Cell cell)
            throws IOException, InterruptedException {
        delete(files.cellFolder(cell.id()));
        progress.started(cell);
        CellResult result = executor.execute(resolved(cell), files, progress::update);
        Files.writeString(files.cellFolder(cell.id()).resolve(TOLD), cell.effective());
        return result;
    }

    /** The cell with its server's name replaced by the path that it has here; what the cell was told keeps the name. */
    private Cell resolved(Cell cell) {
        Target target = cell.target();
        if (target.kind() != Target.Kind.REDIS || target.command() == null) {
            return cell;
        }
        List<String> words =
                programs.resolve(target.command())
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "missing programs were left out: " + target));
        return cell.withTarget(target.withCommand(String.join(" ", words)));
    }

    private boolean isDone(Cell cell) throws IOException {
        Path told = files.cellFolder(cell.id()).resolve(TOLD);
        if (!Files.isRegularFile(told) || !Files.isRegularFile(files.cellFile(cell.id()))) {
            return false;
        }
        try {
            return Files.readString(told).equals(cell.effective())
                    && files.readCell(cell.id()).verdict().status() != CellResult.Status.FAILED;
        } catch (RunFileException damaged) {
            return false;
        }
    }

    private void write(RunResult.Status status) throws IOException {
        writeBroken();
        boolean over = status != RunResult.Status.RUNNING;
        long seed = plan.cells().isEmpty() ? 0 : plan.cells().get(0).scenario().seed();
        files.writeRun(
                new RunResult(
                        RunFiles.SCHEMA_VERSION,
                        plan.name(),
                        startedAt,
                        over ? now() : null,
                        plan.stamp(),
                        seed,
                        request.command(),
                        request,
                        finished,
                        status));
    }

    /** What a cell left behind that did not finish, or is to be run again. */
    private static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.delete(path);
        }
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Gives the cell time to stop its engine; the JVM ends when the hooks have. */
    private static void awaitQuietly(CountDownLatch stopped) {
        try {
            stopped.await(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException late) {
            Thread.currentThread().interrupt();
        }
    }

    /** Not possible, and not needed, when the JVM is on its way down already. */
    private static void removeQuietly(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            Thread.currentThread().interrupt();
        }
    }
}
