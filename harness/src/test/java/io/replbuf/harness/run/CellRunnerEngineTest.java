package io.replbuf.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.CsvTable;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Compiler;
import io.replbuf.harness.scenario.ScenarioSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole cells against our own engine, in a process of its own and in this JVM. */
@Tag("ci")
class CellRunnerEngineTest {
    @TempDir Path folder;

    private static Cell cell(String target, String strategy) {
        String text =
                """
                name: trial
                description: a cell of a test
                seed: 5
                target: {kind: %s}
                strategies: [%s]
                engine: {save: "", repl-diskless-sync-delay: 0, repl-backlog-size: 1mb, client-output-buffer-limit: replica 0 0 0}
                workload: {rate: 2000/s, valueSize: 4KiB, keys: 300, connections: 2}
                replicas: {count: 3}
                phases:
                  - {name: warmup, kind: warmup, duration: 300ms}
                  - {name: storm, duration: 3s}
                  - {name: drain, kind: drain, duration: 500ms}
                faults:
                  - {name: cut, verb: disconnect, phase: storm, replicas: [0], at: 100ms, for: 50ms}
                  - {name: rst, verb: reset-peer, phase: storm, replicas: [1], at: 100ms, for: 2500ms}
                """
                        .formatted(target, strategy);
        return Compiler.compile(ScenarioSource.parse("trial", text)).cells().get(0);
    }

    private CellResult run(Cell cell) throws Exception {
        RunFiles files = new RunFiles(folder.resolve("out"));
        CellResult result = new CellRunner().execute(cell, files, told -> {});
        assertThat(result.verdict().status())
                .as("%s", result.verdict())
                .isNotEqualTo(CellResult.Status.FAILED);
        assertThat(result.digest().source()).isEqualTo("tap");
        assertThat(result.digest().checkedChunks()).isGreaterThan(100);
        assertThat(result.digest().mismatches()).isZero();
        CsvTable memory = files.readMemory(cell.id());
        assertThat(memory.columns())
                .startsWith("t_ms", "rss")
                .contains("buf_unique", "extents_mapped");
        assertThat(Files.exists(folder.resolve("out/work"))).as("work folder").isFalse();
        return result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "shared"})
    void shouldSeeAFullResyncBehindTheBacklogAndAccountForItsMemory(String strategy)
            throws Exception {
        CellResult result = run(cell("process", strategy));
        assertThat(result.resyncs()).isEqualTo(new CellResult.Resyncs(1, 1, 0));
        assertThat(result.remainderBoundBytes()).isPositive();
        assertThat(result.remainderPeakBytes()).isLessThan(result.remainderBoundBytes());
        assertThat(result.counters()).containsKeys("send_calls", "fed_bytes", "copied_bytes");
        assertThat(result.cpuMillisByThread().keySet())
                .anyMatch(name -> name.startsWith("replbuf-command"));
    }

    @Test
    void shouldSeeAResyncFromTheLog() throws Exception {
        CellResult result = run(cell("process", "aof-psync"));
        assertThat(result.resyncs()).isEqualTo(new CellResult.Resyncs(0, 1, 1));
    }

    @Test
    void shouldTimeMarkedWritesWhileTheLoadRestsAndReplicasSample() throws Exception {
        String text =
                """
                name: quiet
                description: a cell of a test
                seed: 6
                target: {kind: embedded}
                strategies: [shared]
                engine: {save: "", repl-diskless-sync-delay: 0}
                workload: {mode: closed, pipeline: 8, valueSize: 1KiB, keys: 300, lagLimit: 4MiB}
                replicas: {count: 2, check: sampled, control: true, reader: {receiveBuffer: 0}}
                phases:
                  - {name: warmup, kind: warmup, duration: 500ms, limit: 100ms}
                  - {name: rest, kind: warmup, duration: 200ms, load: false}
                  - {name: quiet, duration: 500ms, load: false}
                  - {name: drain, kind: drain, duration: 500ms}
                probe: {delay: 200/s}
                """;
        Cell cell = Compiler.compile(ScenarioSource.parse("quiet", text)).cells().get(0);
        CellResult result =
                new CellRunner().execute(cell, new RunFiles(folder.resolve("out")), told -> {});
        assertThat(result.verdict().status())
                .as("%s", result.verdict())
                .isEqualTo(CellResult.Status.OK);
        assertThat(result.writes()).as("while the load rests").isZero();
        assertThat(result.digest().checkedChunks()).isPositive();
        assertThat(result.counters().get("seen_delay_count")).isBetween(20L, 110L);
        assertThat(result.counters().get("seen_delay_p50_nanos")).isBetween(1_000L, 100_000_000L);
        assertThat(result.counters().get("seen_received_bytes"))
                .as("by three replicas, of marks alone")
                .isBetween(3_000L, 1_000_000L);
    }

    @Test
    void shouldRunTheEngineInThisJvm() throws Exception {
        CellResult result = run(cell("embedded", "shared"));
        assertThat(result.target()).isEqualTo("embedded");
        assertThat(List.of(result.resyncs().full(), result.resyncs().partialMemory()))
                .containsExactly(1, 1);
    }
}
