package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.CsvWriter;
import io.replbuf.harness.measure.Environment;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A results folder with the shape of a real one and the numbers of a small model: for the tests of the report, never for a
 * claim. Everything derives from a seed, so two folders of one seed hold the same bytes.
 */
final class SyntheticRun {
    static final List<String> STRATEGIES = List.of("legacy", "shared", "aof-psync");

    private final RunFiles files;
    private final List<String> cells = new ArrayList<>();
    private final int repetitions;
    private final List<String> strategies;

    private SyntheticRun(Path folder, int repetitions, List<String> strategies) {
        this.files = new RunFiles(folder);
        this.repetitions = repetitions;
        this.strategies = strategies;
    }

    /** The default suite: every scenario, ours only, one repetition. */
    static Path quick(Path folder) throws IOException {
        return new SyntheticRun(folder, 1, STRATEGIES)
                .write("default", "quick look, one repetition");
    }

    /** The default suite with three repetitions. */
    static Path repeated(Path folder) throws IOException {
        return new SyntheticRun(folder, 3, STRATEGIES).write("default", "3 repetitions");
    }

    /** Two scenarios, for tests that need a run and not the suite. */
    static Path small(Path folder) throws IOException {
        return small(folder, 1).finish("small", "quick look, one repetition");
    }

    /** The same two, twice. */
    static Path smallTwice(Path folder) throws IOException {
        return small(folder, 2).finish("small", "2 repetitions");
    }

    private static SyntheticRun small(Path folder, int repetitions) throws IOException {
        SyntheticRun run = new SyntheticRun(folder, repetitions, STRATEGIES);
        for (int repetition = 1; repetition <= repetitions; repetition++) {
            for (String strategy : STRATEGIES) {
                run.cell(SyntheticCell.stallTogether(strategy, repetition));
                run.cell(SyntheticCell.dropLaggard(strategy, repetition));
            }
        }
        return run;
    }

    /** A part of the full suite: repetitions, an A/A arm and the real servers. */
    static Path full(Path folder) throws IOException {
        List<String> arms =
                List.of("legacy", "shared", "shared-again", "aof-psync", "redis-6.2", "redis-7.0");
        SyntheticRun run = new SyntheticRun(folder, 3, arms);
        for (int repetition = 1; repetition <= run.repetitions; repetition++) {
            for (String strategy : arms) {
                run.cell(SyntheticCell.stallTogether(strategy, repetition));
                run.cell(SyntheticCell.disconnectSweep(strategy, repetition));
            }
        }
        return run.finish("full", "");
    }

    private Path write(String suite, String stamp) throws IOException {
        for (int repetition = 1; repetition <= repetitions; repetition++) {
            for (String strategy : strategies) {
                for (int n : new int[] {1, 8, 32}) {
                    cell(SyntheticCell.steady(strategy, n, repetition));
                }
                cell(SyntheticCell.stallTogether(strategy, repetition));
                cell(SyntheticCell.stallIndependent(strategy, repetition));
                cell(SyntheticCell.disconnectSweep(strategy, repetition));
                cell(SyntheticCell.slowReader(strategy, repetition));
                cell(SyntheticCell.dropLaggard(strategy, repetition));
            }
        }
        return finish(suite, stamp);
    }

    private Path finish(String suite, String stamp) throws IOException {
        files.writeRun(
                new RunResult(
                        RunFiles.SCHEMA_VERSION,
                        suite,
                        "2026-01-02T03:04:05Z",
                        "2026-01-02T03:08:05Z",
                        stamp,
                        42,
                        "java -jar harness/target/replbuf.jar run " + suite + " --seed 42",
                        null,
                        cells,
                        RunResult.Status.FINISHED));
        files.writeEnvironment(environment());
        return files.root();
    }

    private void cell(SyntheticCell cell) throws IOException {
        CellResult result = cell.result();
        cells.add(result.id());
        files.writeCell(result);
        cell.writeMemory(new CsvWriter(files.memoryFile(result.id()), SyntheticCell.MEMORY));
        cell.writeLag(new CsvWriter(files.lagFile(result.id()), RunFiles.LAG_COLUMNS));
        cell.writeResyncs(new CsvWriter(files.resyncsFile(result.id()), RunFiles.RESYNC_COLUMNS));
        new CsvWriter(files.eventsFile(result.id()), RunFiles.EVENT_COLUMNS).close();
        cell.writeLatency(files.latencyFile(result.id()));
    }

    private static Environment environment() {
        return new Environment(
                RunFiles.SCHEMA_VERSION,
                "0.1.0",
                "0123456789abcdef0123456789abcdef01234567",
                false,
                "OpenJDK 64-Bit Server VM 17.0.1",
                List.of("-Xmx256m", "-XX:+PerfDisableSharedMem"),
                List.of("-Xmx1g"),
                "Linux amd64",
                "6.1.0",
                "Synthetic CPU",
                2,
                24L << 30,
                -1,
                "madvise",
                "unknown",
                "prevented through /dev/cpu_dma_latency",
                "0.10 0.20 0.30",
                "4.2.15.Final",
                "epoll",
                "nowhere",
                Map.of());
    }
}
