package io.replbuf.harness.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The layout of a results folder, and the one place that reads and writes it.
 *
 * <pre>
 * run.json            RunResult, rewritten after each cell
 * environment.json    Environment
 * instruments.json    Instruments, with instruments.hlog behind it
 * cells/ID/cell.json  CellResult, written last: a cell without it did not finish
 * cells/ID/memory.csv, lag.csv, resyncs.csv, events.csv, latency.hlog, engine.log
 * cells/ID/summary.json CellSummary, where the series are archived
 * </pre>
 *
 * <p>Raw files may be compressed, see {@link RawFile}; an {@link Archive} leaves some out.
 *
 * <p>JSON files are replaced as a whole (written beside, synced, renamed), so a reader never sees half of one that we wrote; files
 * that were cut off on their way here fail with their name, the line and what was expected.
 */
public final class RunFiles {
    /** Version of every JSON file's shape. A reader refuses any other. */
    public static final int SCHEMA_VERSION = 1;

    /** Larger JSON files are not ours. */
    private static final long JSON_BYTES_MAX = 64L << 20;

    public static final List<String> MEMORY_COLUMNS = List.of("t_ms", "rss");
    public static final List<String> LAG_COLUMNS =
            List.of("t_ms", "replica", "lag_bytes", "sent_offset", "in_log");

    /** What a server forecasts, behind the others: milliseconds until the replica is lost, -1 if it is not to be. */
    public static final String LOSS_COLUMN = "loss_ms";

    public static final List<String> RESYNC_COLUMNS =
            List.of(
                    "t_ms",
                    "replica",
                    "kind",
                    "source",
                    "cause",
                    "requested_offset",
                    "start_offset",
                    "outage_ms",
                    "missing_bytes",
                    "bytes",
                    "file_bytes",
                    "duration_ms",
                    "first_byte_ms");
    public static final List<String> EVENT_COLUMNS = List.of("t_ms", "replica", "verb", "args");

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .build();

    private static final Predicate<ObjectNode> AS_IT_IS = tree -> false;

    private static final String CORE_SLEEP = "coreSleep";

    private final Path root;

    public RunFiles(Path root) {
        this.root = root;
    }

    public Path root() {
        return root;
    }

    public Path runFile() {
        return root.resolve("run.json");
    }

    public Path environmentFile() {
        return root.resolve("environment.json");
    }

    Path cells() {
        return root.resolve("cells");
    }

    public Path instrumentsFile() {
        return root.resolve("instruments.json");
    }

    /** The histograms behind {@link #instrumentsFile}. */
    public Path instrumentsLog() {
        return root.resolve("instruments.hlog");
    }

    public Path cellFolder(String cell) {
        return cells().resolve(safe(cell));
    }

    public Path cellFile(String cell) {
        return cellFolder(cell).resolve("cell.json");
    }

    public Path memoryFile(String cell) {
        return cellFolder(cell).resolve("memory.csv");
    }

    public Path lagFile(String cell) {
        return cellFolder(cell).resolve("lag.csv");
    }

    public Path resyncsFile(String cell) {
        return cellFolder(cell).resolve("resyncs.csv");
    }

    public Path eventsFile(String cell) {
        return cellFolder(cell).resolve("events.csv");
    }

    public Path latencyFile(String cell) {
        return cellFolder(cell).resolve("latency.hlog");
    }

    /** What the engine's JVM compiled when; there if the scenario asked for it. */
    public Path compilationsFile(String cell) {
        return cellFolder(cell).resolve("compilations.log");
    }

    public Path engineLogFile(String cell) {
        return cellFolder(cell).resolve("engine.log");
    }

    public Path summaryFile(String cell) {
        return cellFolder(cell).resolve("summary.json");
    }

    /** Raw files of a running cell that were removed from outside, by name. */
    public List<String> missing(String cell) {
        return Stream.of(
                        memoryFile(cell),
                        lagFile(cell),
                        resyncsFile(cell),
                        eventsFile(cell),
                        latencyFile(cell))
                .filter(file -> !Files.exists(file))
                .map(file -> file.getFileName().toString())
                .toList();
    }

    public RunResult readRun() throws IOException {
        return readJson(runFile(), RunResult.class, RunFiles::addRequest);
    }

    /** What a run was asked for stands in its file since it can be resumed without being told again. */
    private static boolean addRequest(ObjectNode run) {
        return !run.has("request") && run.putNull("request") != null;
    }

    public void writeRun(RunResult run) throws IOException {
        writeJson(runFile(), run);
    }

    public Environment readEnvironment() throws IOException {
        return readJson(environmentFile(), Environment.class, RunFiles::bringUpEnvironment);
    }

    /** Earlier harnesses left the cores as they were and said nothing of it. */
    private static boolean bringUpEnvironment(ObjectNode tree) {
        if (tree.has(CORE_SLEEP)) {
            return false;
        }
        tree.putNull(CORE_SLEEP);
        return true;
    }

    public void writeEnvironment(Environment environment) throws IOException {
        writeJson(environmentFile(), environment);
    }

    /** Null when the run did not hold its instruments against anything, as runs of earlier harnesses. */
    public Instruments readInstruments() throws IOException {
        return Files.exists(instrumentsFile())
                ? readJson(instrumentsFile(), Instruments.class, AS_IT_IS)
                : null;
    }

    public void writeInstruments(Instruments instruments) throws IOException {
        writeJson(instrumentsFile(), instruments);
    }

    public CellResult readCell(String cell) throws IOException {
        CellResult result = readJson(cellFile(cell), CellResult.class, OlderCells::bringUp);
        if (!result.id().equals(cell)) {
            throw new RunFileException(
                    cellFile(cell), 1, "id: '" + result.id() + "'", "'" + cell + "' as its folder");
        }
        return result;
    }

    public void writeCell(CellResult cell) throws IOException {
        Files.createDirectories(cellFolder(cell.id()));
        writeJson(cellFile(cell.id()), cell);
    }

    /** What stands for the series of an archived cell, or null when the cell has none. */
    public CellSummary readSummary(String cell) throws IOException {
        Path file = summaryFile(cell);
        return Files.exists(file) ? readJson(file, CellSummary.class, AS_IT_IS) : null;
    }

    void writeSummary(CellSummary summary) throws IOException {
        writeJson(summaryFile(summary.id()), summary);
    }

    /** All cells that {@code run.json} lists, in its order. */
    public List<CellResult> readCells() throws IOException {
        List<CellResult> cells = new ArrayList<>();
        for (String id : readRun().cells()) {
            cells.add(readCell(id));
        }
        return cells;
    }

    public CsvTable readMemory(String cell) throws IOException {
        return CsvTable.read(memoryFile(cell), MEMORY_COLUMNS);
    }

    public CsvTable readLag(String cell) throws IOException {
        return CsvTable.read(lagFile(cell), LAG_COLUMNS);
    }

    public CsvTable readResyncs(String cell) throws IOException {
        return CsvTable.read(resyncsFile(cell), RESYNC_COLUMNS);
    }

    public CsvTable readEvents(String cell) throws IOException {
        return CsvTable.read(eventsFile(cell), EVENT_COLUMNS);
    }

    private static <T> T readJson(Path file, Class<T> type, Predicate<ObjectNode> bringUp)
            throws IOException {
        long size = Files.size(file);
        if (size > JSON_BYTES_MAX) {
            throw new RunFileException(
                    file, 1, "size: " + size, "at most " + JSON_BYTES_MAX + " bytes");
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            JsonNode tree = JSON.readTree(bytes);
            JsonNode version = tree.get("schemaVersion");
            if (version == null || version.asInt(-1) != SCHEMA_VERSION) {
                throw new RunFileException(
                        file, 1, "schemaVersion: " + version, String.valueOf(SCHEMA_VERSION));
            }
            // Only the text itself knows its lines, so it is read from there where it can be.
            return bringUp.test((ObjectNode) tree)
                    ? JSON.treeToValue(tree, type)
                    : JSON.readValue(bytes, type);
        } catch (JsonProcessingException e) {
            long line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            String expected =
                    "a whole " + type.getSimpleName() + " of schemaVersion " + SCHEMA_VERSION;
            throw new RunFileException(file, line, e.getOriginalMessage(), expected, e);
        }
    }

    private void writeJson(Path file, Object value) throws IOException {
        Files.createDirectories(file.getParent());
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(beside, JSON.writeValueAsBytes(value));
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(
                    beside,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(beside);
            // A full disk does not say which file found it so.
            throw new IOException(
                    file + ": not written: " + e.getMessage() + " (expected: room on the disk)", e);
        }
    }

    /** Ids come from scenario files and from other people's results: they must stay inside the folder. */
    private static String safe(String cell) {
        if (!cell.matches("[A-Za-z0-9][A-Za-z0-9._+=-]{0,199}")) {
            throw new IllegalArgumentException(
                    "cell id: '" + cell + "' (expected: letters, digits and ._+=- only)");
        }
        return cell;
    }
}
