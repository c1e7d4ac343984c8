package io.replbuf.harness.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
    @TempDir Path folder;

    @Test
    void shouldReadBackWhatItWrote() throws IOException {
        RunFiles files = new RunFiles(folder);
        RunResult run = run(List.of("a-1"));
        files.writeRun(run);
        files.writeCell(cell("a-1"));

        assertThat(files.readRun()).isEqualTo(run);
        assertThat(files.readCells()).containsExactly(cell("a-1"));
        assertThat(files.readCell("a-1").parameter("replicas", -1)).isEqualTo(8.0);
    }

    @Test
    void shouldNameFileLineAndExpectationWhereverAJsonFileIsCut() throws IOException {
        RunFiles files = new RunFiles(folder);
        files.writeCell(cell("a-1"));
        byte[] whole = Files.readAllBytes(files.cellFile("a-1"));
        for (int length = 0; length < whole.length - 1; length += 7) {
            Files.write(files.cellFile("a-1"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> files.readCell("a-1"))
                    .isInstanceOf(RunFileException.class)
                    .hasMessageContaining("cell.json line ")
                    .hasMessageContaining("(expected: ");
        }
    }

    @Test
    void shouldRefuseAnotherSchemaVersion() throws IOException {
        Files.writeString(folder.resolve("run.json"), "{\"schemaVersion\": 99}");
        assertThatThrownBy(() -> new RunFiles(folder).readRun())
                .hasMessageContaining("schemaVersion: 99 (expected: 1)");
    }

    @Test
    void shouldNameAMissingField() throws IOException {
        Files.writeString(folder.resolve("run.json"), "{\"schemaVersion\": 1, \"suite\": \"x\"}");
        assertThatThrownBy(() -> new RunFiles(folder).readRun()).hasMessageContaining("startedAt");
    }

    @Test
    void shouldReadTheEnvironmentOfAnEarlierHarness() throws IOException {
        RunFiles files = new RunFiles(folder);
        files.writeEnvironment(
                EnvironmentCollector.collect(List.of(), "prevented through a file", Map.of()));
        String today = Files.readString(files.environmentFile());
        String earlier = today.replaceFirst(" *\"coreSleep\" : \"[^\"]*\",\n", "");
        assertThat(earlier).isNotEqualTo(today);
        Files.writeString(files.environmentFile(), earlier);
        assertThat(files.readEnvironment().coreSleep()).isNull();
        assertThat(files.readEnvironment().cores()).isPositive();
    }

    @Test
    void shouldReadAnAdvisoryCellOfAnEarlierHarness() throws IOException {
        RunFiles files = new RunFiles(folder);
        files.writeCell(cell("a-1"));
        String json = Files.readString(files.cellFile("a-1"));
        String older =
                json.replaceFirst("\"latencyAdvisory\" : true,", "")
                        .replaceFirst(",\\s*\"kept\" : null", "")
                        .replaceFirst("\"status\" : \"ok\"", "\"status\" : \"advisory\"");
        assertThat(older).contains("advisory").doesNotContain("latencyAdvisory", "kept");
        Files.writeString(files.cellFile("a-1"), older);

        assertThat(files.readCell("a-1")).isEqualTo(cell("a-1"));
    }

    @Test
    void shouldReadACellOfAHarnessThatDidNotWatchTheMachine() throws IOException {
        RunFiles files = new RunFiles(folder);
        files.writeCell(cell("a-1"));
        ObjectMapper json = new ObjectMapper();
        ObjectNode older = (ObjectNode) json.readTree(files.cellFile("a-1").toFile());
        older.remove("machine");
        json.writeValue(files.cellFile("a-1").toFile(), older);

        assertThat(files.readCell("a-1")).isEqualTo(cell("a-1").withMachine(null));
    }

    @Test
    void shouldReadBackFieldsWithCommasQuotesAndLineBreaks() throws IOException {
        Path file = folder.resolve("x.csv");
        try (CsvWriter writer = new CsvWriter(file, RunFiles.EVENT_COLUMNS)) {
            writer.write(-5, 3, "slow-reader", "rate=1,\"for\"=2s\nx");
        }
        CsvTable table = CsvTable.read(file, RunFiles.EVENT_COLUMNS);
        assertThat(table.size()).isEqualTo(1);
        assertThat(table.number(0, 0)).isEqualTo(-5);
        assertThat(table.text(0, 3)).isEqualTo("rate=1,\"for\"=2s\nx");
    }

    @Test
    void shouldNameTheLineWhereACsvFileIsCut() throws IOException {
        Path file = folder.resolve("lag.csv");
        Files.writeString(file, "t_ms,replica,lag_bytes,sent_offset,in_log\n1,2,3,4,0\n2,2,3");
        assertThatThrownBy(() -> CsvTable.read(file, RunFiles.LAG_COLUMNS))
                .hasMessageContaining("lag.csv line 3: ")
                .hasMessageContaining("(expected: ");
        Files.writeString(file, "t_ms,replica,lag_bytes,sent_offset,in_log\n1,2,x,4,0\n2,2,3\n");
        assertThatThrownBy(() -> CsvTable.read(file, RunFiles.LAG_COLUMNS))
                .hasMessageContaining("lag.csv line 3: fields: 3 (expected: 5");
    }

    @Test
    void shouldNameTheFieldThatIsNoNumber() throws IOException {
        Path file = folder.resolve("lag.csv");
        Files.writeString(file, "t_ms,replica,lag_bytes,sent_offset,in_log\n1,2,x,4,0\n");
        CsvTable table = CsvTable.read(file, RunFiles.LAG_COLUMNS);
        assertThatThrownBy(() -> table.number(0, 2))
                .hasMessageContaining("line 2: lag_bytes: 'x' (expected: a whole");
    }

    @Test
    void shouldKeepCellsInsideTheFolder() {
        assertThatThrownBy(() -> new RunFiles(folder).cellFile("../../etc"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    static RunResult run(List<String> cells) {
        return new RunResult(
                1,
                "default",
                "2026-01-01T00:00:00Z",
                null,
                "quick look, one repetition",
                42,
                "replbuf run",
                null,
                cells,
                RunResult.Status.RUNNING);
    }

    static CellResult cell(String id) {
        return new CellResult(
                1,
                id,
                "steady",
                "shared",
                "process",
                1,
                Map.of("replicas", 8, "rate", 20_000, "label", "x"),
                7,
                Map.of("repl-backlog-size", "64mb"),
                List.of(
                        new CellResult.Phase("warmup", -2000, 0, null),
                        new CellResult.Phase("steady", 0, 5000, null)),
                new CellResult.Verdict(CellResult.Status.OK, true, List.of("loader late")),
                "2026-01-01T00:00:02Z",
                5000,
                20_000,
                19_990.5,
                99_952,
                123_456_789,
                new CellResult.Digest("tap", 1000, 8, 0, 0),
                new CellResult.Latency(
                        new CellResult.Percentiles(10, 1, 2, 3, 4, 5, 6),
                        CellResult.Percentiles.NONE,
                        CellResult.Percentiles.NONE,
                        CellResult.Percentiles.NONE,
                        12.5),
                Map.of("buf_unique", 5L),
                1,
                2,
                3,
                new CellResult.Resyncs(1, 2, 3),
                Map.of("command-loop", 12L),
                12,
                30,
                new CellResult.Gc(1, 2),
                Map.of("send_calls", 77L),
                null,
                new Machine(
                        1,
                        null,
                        2,
                        Map.of("server", 0.8, Machine.FOREIGN, 0.02),
                        0.1,
                        Map.of("command-loop", 12L),
                        Map.of("loader", 7L),
                        "idle class",
                        0,
                        0));
    }
}
