package io.replbuf.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.CsvTable;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.replica.RealRedis;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Compiler;
import io.replbuf.harness.scenario.ScenarioSource;
import io.replbuf.harness.scenario.Target;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole cells against a real redis-server: raw files, verdict and resyncs. */
class CellRunnerRedisTest {
    @TempDir Path folder;
    private RunFiles files;
    private final List<CellProgress> progress = new CopyOnWriteArrayList<>();

    @BeforeEach
    void needRedis() {
        assumeTrue(RealRedis.program() != null, "skipped: no redis-server on the search path");
        files = new RunFiles(folder.resolve("out"));
    }

    private static Cell cell(String body) {
        String text =
                """
                name: trial
                description: a cell of a test
                seed: 5
                target: {kind: redis, command: redis-server}
                strategies: [{label: redis-7.0, target: {kind: redis, command: redis-server}}]
                """
                        + body;
        return Compiler.compile(ScenarioSource.parse("trial", text)).cells().get(0);
    }

    private CellResult run(Cell cell) throws IOException, InterruptedException {
        return new CellRunner().execute(cell, files, progress::add);
    }

    @Test
    void shouldRecordACellWithFaultsFromWarmUpToDrain() throws Exception {
        Cell cell =
                cell(
                        """
                        engine: {save: "", repl-diskless-sync-delay: 0, repl-backlog-size: 4mb, client-output-buffer-limit: replica 0 0 0}
                        workload: {rate: 2000/s, valueSize: 1KiB, keys: 500, connections: 2}
                        replicas: {count: 4}
                        probe: {rate: 500/s, control: true}
                        phases:
                          - {name: warmup, kind: warmup, duration: 500ms}
                          - {name: storm, duration: 2s}
                          - {name: drain, kind: drain, duration: 500ms}
                        faults:
                          - {name: cut, verb: disconnect, phase: storm, replicas: [0], at: 200ms, for: 300ms}
                          - {name: rst, verb: reset-peer, phase: storm, replicas: [1], at: 200ms, for: 300ms}
                          - {name: stall, verb: pause-reader, phase: storm, replicas: [2], at: 100ms}
                          - {name: late, verb: join, phase: storm, replicas: [3], at: 500ms}
                        """);
        CellResult result = run(cell);

        assertThat(result.verdict().status())
                .as("%s", result.verdict())
                .isNotEqualTo(CellResult.Status.FAILED);
        // JSON does not tell an int from a long; everything else reads back as it was.
        assertThat(files.readCell(cell.id()))
                .usingRecursiveComparison()
                .ignoringFields("parameters")
                .isEqualTo(result);
        assertThat(result.resyncs()).isEqualTo(new CellResult.Resyncs(1, 2, 0));
        assertThat(result.digest().source()).isEqualTo("control");
        assertThat(result.digest().checkedChunks()).isGreaterThan(100);
        assertThat(result.digest().checkedTails()).isPositive();
        assertThat(result.digest().mismatches()).isZero();
        assertThat(result.writes()).isGreaterThan(500);
        assertThat(result.latency().response().count()).isEqualTo(result.writes());
        assertThat(result.latency().pinger().count()).isPositive();
        assertThat(result.latency().control().count()).isPositive();
        assertThat(result.rssPeakBytes()).isPositive();
        assertThat(result.memory()).containsKeys("mem_used", "mem_replication", "buf_unique");
        assertThat(result.serverCpuMillis()).isPositive();
        assertThat(files.readMemory(cell.id()).size()).isGreaterThan(5);
        assertThat(files.readLag(cell.id()).size()).isGreaterThan(5);
        assertThat(files.readResyncs(cell.id()).size()).isEqualTo(3 + 1 + 2);
        CsvTable events = files.readEvents(cell.id());
        List<String> verbs = new ArrayList<>();
        for (int row = 0; row < events.size(); row++) {
            verbs.add(events.text(row, 2));
        }
        assertThat(verbs)
                .containsExactlyInAnyOrder(
                        "pause-reader",
                        "disconnect",
                        "reset-peer",
                        "connect",
                        "connect",
                        "join",
                        "resume-reader");
        assertThat(progress).extracting(CellProgress::phase).contains("preload", "attach", "storm");
        assertThat(Files.exists(folder.resolve("out/work"))).as("work folder").isFalse();
        assertThat(Files.size(files.engineLogFile(cell.id()))).isPositive();
        assertThatTheLogReadsBack(cell, result);
    }

    private void assertThatTheLogReadsBack(Cell cell, CellResult result) throws IOException {
        Path log = files.latencyFile(cell.id());
        try (BufferedReader reader = Files.newBufferedReader(log)) {
            assertThat(
                            reader.lines()
                                    .filter(
                                            line ->
                                                    line.startsWith("#[StartTime")
                                                            || line.startsWith("#[BaseTime")))
                    .hasSize(2);
        }
        Histogram all = new Histogram(3);
        HistogramLogReader reader = new HistogramLogReader(new FileInputStream(log.toFile()));
        for (EncodableHistogram next = reader.nextIntervalHistogram();
                next != null;
                next = reader.nextIntervalHistogram()) {
            if (next.getTag().equals("client.response")) {
                all.add((Histogram) next);
            }
        }
        reader.close();
        assertThat(all.getTotalCount()).isGreaterThan(result.writes());
        assertThat(all.getMaxValue() / 1e3)
                .isGreaterThanOrEqualTo(result.latency().response().max());
    }

    @Test
    void shouldSayWhichProgramDidNotStart() {
        Cell cell = cell(BODY);
        Cell broken = withDirective(cell, "port-that-is-none");
        assertThatThrownBy(() -> run(broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("port-that-is-none")
                .hasMessageContaining("(expected: ready to accept connections)");
        assertThat(Files.exists(folder.resolve("out/work"))).isFalse();
    }

    @Test
    void shouldRecordACellWhoseServerDiesAsFailedAndKeepItsSamples() throws Exception {
        Cell cell = cell(BODY);
        Target mortal =
                new Target(
                        Target.Kind.REDIS,
                        null,
                        "timeout -s KILL 4 redis-server",
                        null,
                        null,
                        null,
                        null);
        CellResult result = run(cell.withTarget(mortal));
        assertThat(result.verdict().status()).isEqualTo(CellResult.Status.FAILED);
        assertThat(result.verdict().reasons())
                .anyMatch(reason -> reason.contains("server was killed by signal 9"));
        assertThat(files.readMemory(cell.id()).size()).isPositive();
        assertThat(files.readCell(cell.id()).verdict()).isEqualTo(result.verdict());
    }

    @Test
    void shouldStopAtOnceAndLeaveNoResultWhenInterrupted() throws Exception {
        Cell cell = cell(BODY);
        Thread runner = Thread.currentThread();
        assertThatThrownBy(
                        () ->
                                new CellRunner()
                                        .execute(
                                                cell,
                                                files,
                                                told -> {
                                                    if (told.phase().equals("work")) {
                                                        runner.interrupt();
                                                    }
                                                }))
                .isInstanceOf(InterruptedException.class);
        assertThat(Files.exists(files.cellFile(cell.id()))).isFalse();
        assertThat(Files.exists(files.memoryFile(cell.id()))).isTrue();
    }

    @Test
    void shouldMeasureAClosedLoopAsWell() throws Exception {
        CellResult result =
                run(
                        cell(
                                """
                                engine: {save: "", repl-diskless-sync-delay: 0}
                                workload: {mode: closed, valueSize: 64B, keys: 500, connections: 4, pipeline: 16}
                                replicas: {count: 1}
                                phases:
                                  - {name: work, duration: 700ms}
                                  - {name: drain, kind: drain, duration: 500ms}
                                """));
        assertThat(result.verdict().status())
                .as("%s", result.verdict())
                .isEqualTo(CellResult.Status.OK);
        assertThat(result.offeredPerSecond()).isZero();
        assertThat(result.achievedPerSecond()).isPositive();
    }

    private static final String BODY =
            """
            engine: {save: "", repl-diskless-sync-delay: 0}
            workload: {rate: 500/s, valueSize: 1KiB, keys: 100}
            replicas: {count: 1}
            phases:
              - {name: work, duration: 30s}
              - {name: drain, kind: drain, duration: 500ms}
            """;

    private static Cell withDirective(Cell cell, String name) {
        return new Cell(
                cell.id(),
                cell.scenario(),
                cell.arm(),
                cell.target(),
                java.util.Map.of(name, "1"),
                cell.parameters(),
                cell.repetition(),
                cell.seed(),
                cell.replicas(),
                cell.spans(),
                cell.events(),
                cell.effective(),
                cell.configHash(),
                cell.estimate());
    }
}
