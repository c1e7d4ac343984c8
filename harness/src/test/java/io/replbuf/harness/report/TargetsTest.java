package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.replbuf.harness.measure.CsvWriter;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunResult;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cells of a synthetic run, relabelled as those of the targets' scenarios and given figures that are easily reckoned. */
class TargetsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private Path source;
    @TempDir private Path folder;

    private final List<String> ids = new ArrayList<>();
    private RunFiles files;
    private ObjectNode pattern;

    @BeforeEach
    void takeAPattern() throws IOException {
        RunFiles synthetic = new RunFiles(SyntheticRun.small(source));
        String id = synthetic.readRun().cells().get(0);
        pattern = (ObjectNode) JSON.readTree(synthetic.cellFile(id).toFile());
        files = new RunFiles(folder);
    }

    private void cell(
            String arm,
            int replicas,
            int repetition,
            double writesPerSecond,
            long cpuMillis,
            long sent)
            throws IOException {
        ObjectNode cell = pattern.deepCopy();
        String id = "target-fanout-n" + replicas + "-" + arm + "-r" + repetition;
        cell.put("id", id).put("scenario", "target-fanout").put("strategy", arm);
        cell.put("repetition", repetition);
        cell.put("achievedPerSecond", writesPerSecond).put("writes", (long) writesPerSecond);
        cell.put("serverCpuMillis", cpuMillis).put("harnessCpuMillis", cpuMillis / 2);
        ((ObjectNode) cell.get("parameters")).put("replicas", replicas).put("valueBytes", 1024);
        ((ObjectNode) cell.get("counters"))
                .put("seen_server_cpu_millis", cpuMillis)
                .put("seen_received_bytes", sent);
        Files.createDirectories(files.cellFolder(id));
        JSON.writeValue(files.cellFile(id).toFile(), cell);
        ids.add(id);
    }

    /** A cell that is looked at for what its server had, at one moment while measuring, and counted. */
    private void cell(
            String scenario,
            String arm,
            int replicas,
            Map<String, Long> memory,
            Map<String, Long> counters)
            throws IOException {
        ObjectNode cell = pattern.deepCopy();
        String id = scenario + "-n" + replicas + "-" + arm + "-r1";
        cell.put("id", id).put("scenario", scenario).put("strategy", arm);
        ((ObjectNode) cell.get("parameters")).put("replicas", replicas);
        ObjectNode counted = (ObjectNode) cell.get("counters");
        counters.forEach(counted::put);
        ((ObjectNode) cell.get("resyncs")).put("full", counters.getOrDefault("sync_full", 0L));
        Files.createDirectories(files.cellFolder(id));
        JSON.writeValue(files.cellFile(id).toFile(), cell);
        Map<String, Long> row = new LinkedHashMap<>();
        row.put("t_ms", 1_000L);
        row.put("rss", 0L);
        row.putAll(memory);
        try (CsvWriter writer = new CsvWriter(files.memoryFile(id), List.copyOf(row.keySet()))) {
            writer.write(row.values().toArray());
        }
        ids.add(id);
    }

    /** A window of 16 MiB in blocks of 16 KiB; the last one is filled to a quarter. */
    private static Map<String, Long> window(long blocks) {
        return Map.of(
                "buf_blocks",
                blocks,
                "buf_unique",
                (blocks << 14) - (12 << 10),
                "buf_slack",
                12L << 10,
                "buf_metadata",
                24L << 10);
    }

    /** An engine that has so many KiB for each replica: 3 in the heap, 4 on the ledger, of which 2 are slack. */
    private static Map<String, Long> engine(int replicas, long kibEach) {
        return Map.of(
                "rss",
                (200L << 20) + (replicas * (kibEach - 3) << 10),
                "heap_committed",
                64L << 20,
                "heap_after_gc",
                (8L << 20) + (replicas * 3L << 10),
                "mem_used",
                (5L << 20) + (replicas * 4L << 10),
                "mem_keyspace",
                4L << 20,
                "buf_slack",
                replicas * 2L << 10);
    }

    private static Map<String, Long> turns(long commands, long nanosEach) {
        return Map.of(
                "commands_processed", commands, "cpu_command_loop_nanos", commands * nanosEach);
    }

    private List<List<String>> rows() throws IOException {
        files.writeRun(
                new RunResult(
                        RunFiles.SCHEMA_VERSION,
                        "targets",
                        "2026-01-02T03:04:05Z",
                        "2026-01-02T03:08:05Z",
                        "",
                        42,
                        "replbuf run --suite targets",
                        null,
                        ids,
                        RunResult.Status.FINISHED));
        return new Targets(Run.read(files)).rows();
    }

    private List<String> row(String begin) throws IOException {
        return rows().stream()
                .filter(row -> row.get(0).startsWith(begin))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldMeetATargetOnlyWithTheWholeInterval() throws IOException {
        double[] clear = {240, 250, 230, 245, 238};
        double[] across = {90, 112, 95, 108, 101};
        for (int r = 1; r <= 5; r++) {
            cell("redis-7.0", 32, r, 100, 1_000, 1_000_000_000);
            cell("shared", 32, r, clear[r - 1], 1_000, 1_000_000_000);
            cell("redis-7.0", 0, r, 100, 1_000, 0);
            cell("shared", 0, r, across[r - 1], 1_000, 0);
        }
        assertThat(row("sustained writes/s at N = 32").get(5)).isEqualTo("met");
        assertThat(row("writes/s at N = 0").get(5)).isEqualTo("not distinguishable");
    }

    @Test
    void shouldMissATargetThatEveryProcessFallsShortOf() throws IOException {
        for (int r = 1; r <= 5; r++) {
            cell("redis-7.0", 32, r, 100, 1_000, 1_000_000_000);
            cell("shared", 32, r, 110 + r, 1_000, 1_000_000_000);
        }
        assertThat(row("sustained writes/s at N = 32").get(5)).isEqualTo("missed");
    }

    @Test
    void shouldTakeWhatTheWritesCostAloneOffThePriceOfSending() throws IOException {
        for (int r = 1; r <= 5; r++) {
            // 1000 writes for a second alone: a millisecond each. With 32 replicas 100 of them, and
            // 0.5 s in all for 2 GB sent: 0.2 s a GB.
            cell("redis-7.0", 0, r, 1_000, 1_000, 0);
            cell("redis-7.0", 32, r, 100, 500, 2_000_000_000);
            cell("shared", 0, r, 1_000, 1_000, 0);
            cell("shared", 32, r, 100, 300, 2_000_000_000);
        }
        List<String> row = row("server CPU s per GB sent at N = 32 above N = 0, 1024 B");
        assertThat(row.get(1)).isEqualTo("0.200");
        assertThat(row.get(2)).isEqualTo("0.100");
        assertThat(row.get(5)).isEqualTo("met");
    }

    @Test
    void shouldLeaveOutARepetitionOfWhichOneCellFailed() throws IOException {
        for (int r = 1; r <= 3; r++) {
            // The second repetition costs ten times as much, and proves nothing.
            int times = r == 2 ? 10 : 1;
            cell("shared", 0, r, 1_000, 1_000, 0);
            cell("shared", 32, r, 100, 300 * times, 2_000_000_000);
        }
        fail("target-fanout-n0-shared-r2");
        List<String> row = row("server CPU s per GB sent at N = 32 above N = 0, 1024 B");
        assertThat(row.get(3)).contains("0.100 to 0.100");
    }

    private void fail(String id) throws IOException {
        File file = files.cellFile(id).toFile();
        ObjectNode cell = (ObjectNode) JSON.readTree(file);
        ((ObjectNode) cell.get("verdict")).put("status", "failed");
        JSON.writeValue(file, cell);
    }

    @Test
    void shouldSayOfOneProcessThatItIsOne() throws IOException {
        cell("redis-7.0", 32, 1, 100, 1_000, 1_000_000_000);
        cell("shared", 32, 1, 300, 1_000, 1_000_000_000);
        assertThat(row("sustained writes/s at N = 32").get(5)).isEqualTo("met, one process");
    }

    @Test
    void shouldGrantTheWindowOneBlockAndNoMore() throws IOException {
        cell("target-stall", "aof-psync", 16, window(1_025), Map.of());
        List<String> row = row("memory for 16 stalled replicas, aof-psync");
        assertThat(row.get(2)).isEqualTo("16.02");
        assertThat(row.get(4)).isEqualTo("≤ 16.02 MiB (window + one block)");
        assertThat(row.get(5)).startsWith("met");
        assertThat(row("the same: books").get(2)).isEqualTo("24.0");
    }

    @Test
    void shouldMissTheWindowByASecondBlock() throws IOException {
        cell("target-stall", "aof-psync", 16, window(1_026), Map.of());
        assertThat(row("memory for 16 stalled replicas, aof-psync").get(5)).startsWith("missed");
    }

    @Test
    void shouldAskOfDemotionThatNobodyIsKilledNorBeginsAnew() throws IOException {
        cell(
                "demotion",
                "aof-psync",
                16,
                window(1_025),
                Map.of("limit_disconnections", 0L, "sync_full", 0L, "demotions", 16L));
        cell(
                "demotion",
                "shared",
                16,
                window(9_000),
                Map.of("limit_disconnections", 16L, "sync_full", 20L));
        String who = "16 replicas at a tenth of the write rate, ";
        assertThat(row(who + "aof-psync: killed").get(5)).startsWith("met");
        assertThat(row(who + "aof-psync: full resyncs").get(5)).startsWith("met");
        assertThat(row(who + "aof-psync: memory").get(5)).startsWith("met");
        assertThat(row(who + "aof-psync: demoted").get(2)).isEqualTo("16.0");
        assertThat(row(who + "shared: killed").get(2)).isEqualTo("16.0");
        assertThat(row(who + "shared: killed").get(5)).isEqualTo("shown");
    }

    @Test
    void shouldMissDemotionByOneKill() throws IOException {
        cell(
                "demotion",
                "aof-psync",
                16,
                window(1_025),
                Map.of("limit_disconnections", 1L, "sync_full", 1L));
        String who = "16 replicas at a tenth of the write rate, aof-psync: ";
        assertThat(row(who + "killed").get(5)).startsWith("missed");
        assertThat(row(who + "full resyncs").get(5)).startsWith("missed");
    }

    @Test
    void shouldDivideWhatAThousandReplicasAddByTheirNumber() throws IOException {
        cell("thousand", "shared", 10, engine(10, 9), turns(32_000, 20_000));
        cell("thousand", "shared", 1_000, engine(1_000, 9), turns(16_000, 21_000));
        List<String> memory = row("engine memory per idle replica, N = 1,000, shared");
        assertThat(memory.get(2)).isEqualTo("9.00");
        assertThat(memory.get(5)).startsWith("met");
        assertThat(row("the same: of it on the ledger").get(2)).isEqualTo("4.00");
        List<String> turns = row("command loop's CPU per command, µs, N = 1,000, shared");
        assertThat(turns.get(3)).isEqualTo("1.05 × N = 10's 20.0");
        assertThat(turns.get(5)).startsWith("met");
    }

    @Test
    void shouldMissWhenATurnLooksAtEveryReplica() throws IOException {
        cell("thousand", "legacy", 10, engine(10, 17), turns(32_000, 20_000));
        cell("thousand", "legacy", 1_000, engine(1_000, 17), turns(32_000, 30_000));
        assertThat(row("engine memory per idle replica").get(5)).startsWith("missed");
        assertThat(row("command loop's CPU per command").get(5)).startsWith("missed");
    }
}
