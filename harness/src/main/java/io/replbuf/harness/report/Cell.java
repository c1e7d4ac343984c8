package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.CellSummary;
import io.replbuf.harness.measure.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * One cell with its series, as far as its files could be read; what could not is named in {@link #damage}.
 *
 * <p>A damaged file empties the series it holds and nothing else, so that the rest of the cell can still be shown. Of an archived
 * cell the series are gone, and the numbers that were computed from them come from its summary: so every number of a series that
 * stands in a table or a sentence goes through {@link #figure} or {@link #histogram}.
 */
final class Cell {
    /** The ledger's columns, whose sum is what a strategy retains. */
    static final String[] RETAINED = {
        "buf_unique", "buf_duplicated", "buf_metadata", "buf_slack", "buf_retired"
    };

    private static final String[] RAW = {
        "cell.json",
        "memory.csv",
        "lag.csv",
        "resyncs.csv",
        "events.csv",
        "latency.hlog",
        "compilations.log",
        "engine.log",
        "summary.json"
    };

    private static final long SIXTEEN_MIB = 16L << 20;

    final CellResult result;
    final Columns memory;
    final Columns lag;
    final List<Resync> resyncs;
    final List<Event> events;
    final LatencyLog latency;
    final Compilations compilations;
    final List<String> damage;

    /** The raw files that are there, by name, below the run's folder. */
    final List<String> files;

    private final CellSummary summary;
    private final Map<String, Double> figures = new TreeMap<>();
    private final double[] retained;
    private final LagGrid grid;

    private Cell(RunFiles files, CellResult result) {
        this.result = result;
        this.damage = new ArrayList<>();
        String id = result.id();
        this.summary = read(files, () -> files.readSummary(id), null);
        this.memory =
                read(
                        files,
                        () -> checked(new Columns(files.memoryFile(id), files.readMemory(id))),
                        Columns.NONE);
        this.lag =
                read(
                        files,
                        () -> checked(new Columns(files.lagFile(id), files.readLag(id))),
                        Columns.NONE);
        this.resyncs =
                read(
                        files,
                        () -> Resync.of(new Columns(files.resyncsFile(id), files.readResyncs(id))),
                        List.of());
        this.events =
                read(
                        files,
                        () -> Event.of(new Columns(files.eventsFile(id), files.readEvents(id))),
                        List.of());
        this.latency = read(files, () -> LatencyLog.read(files.latencyFile(id)), LatencyLog.NONE);
        this.compilations =
                read(files, () -> Compilations.read(files.compilationsFile(id)), Compilations.NONE);
        this.files = existing(files, id);
        this.retained = numbers(memory, RETAINED);
        LagGrid sampled = LagGrid.of(lag, resyncs);
        this.grid =
                archived()
                        ? LagGrid.archived(figure("lag", null), figure("lags together", null))
                        : sampled;
        if (!grid.isEmpty()) {
            figure("lag", grid::peak);
            figure("lags together", grid::peakSum);
        }
    }

    static Cell read(RunFiles files, CellResult result) {
        return new Cell(files, result);
    }

    String id() {
        return result.id();
    }

    /** Whether the series are gone and a summary stands for them. */
    boolean archived() {
        return summary != null && !summary.files().isEmpty();
    }

    /**
     * A number that comes of the series, under a name that is the cell's own: computed once, or from the summary when the cell is
     * archived, NaN when the summary has none of that name.
     */
    double figure(String name, DoubleSupplier series) {
        Double known = figures.get(name);
        if (known == null) {
            known = archived() ? summary.figure(name) : series.getAsDouble();
            figures.put(name, known);
        }
        return known;
    }

    /** Every number that was asked for so far and is one, and the latencies: what a summary must hold. */
    CellSummary.Figures figures() {
        Map<String, Double> numbers = new TreeMap<>(figures);
        numbers.values().removeIf(number -> number.isNaN());
        Map<String, Histogram> histograms = new TreeMap<>();
        latency.tags().forEach(tag -> histograms.put(tag, histogram(tag)));
        return new CellSummary.Figures(numbers, histograms);
    }

    String scenario() {
        return result.scenario();
    }

    String strategy() {
        return result.strategy();
    }

    int replicas() {
        return (int) result.parameter("replicas", 0);
    }

    /** Whether nothing proves that the cell did its work: none of its numbers is used. */
    boolean failed() {
        return result.verdict().status() == CellResult.Status.FAILED;
    }

    /** Whether a stated bound was exceeded: its numbers are used with a mark. */
    boolean suspect() {
        return result.verdict().status() == CellResult.Status.SUSPECT;
    }

    /** Bytes of stream per second while measuring. */
    double streamRate() {
        return result.measuredMillis() <= 0
                ? Double.NaN
                : result.streamBytes() * 1_000.0 / result.measuredMillis();
    }

    double backlogBytes() {
        double parameter = result.parameter("backlogBytes", -1);
        return parameter >= 0
                ? parameter
                : size(result.config().getOrDefault("repl-backlog-size", "1mb"));
    }

    /** Bound of aof-psync's memory; its default is the larger of backlog and 16 MiB. */
    double windowBytes() {
        double parameter = result.parameter("windowBytes", -1);
        String directive = result.config().get("repl-buffer-window");
        if (parameter >= 0) {
            return parameter;
        }
        return directive != null ? size(directive) : Math.max(backlogBytes(), SIXTEEN_MIB);
    }

    /**
     * Bytes of one block of the stream: what the blocks in use hold, filled or not, over their number; NaN when not recorded. The
     * median of the samples, since a sample reads its columns one after the other, while the server goes on.
     */
    double blockBytes() {
        return figure("block", this::medianBlock);
    }

    private double medianBlock() {
        double[] blocks = memory.has("buf_blocks") ? numbers(memory, "buf_blocks") : new double[0];
        double[] held = numbers(memory, "buf_unique", "buf_slack");
        double[] sizes =
                IntStream.range(0, blocks.length)
                        .filter(i -> blocks[i] > 0)
                        .mapToDouble(i -> held[i] / blocks[i])
                        .sorted()
                        .toArray();
        return sizes.length == 0 ? Double.NaN : sizes[sizes.length / 2];
    }

    /** The most blocks in use while measuring, in bytes; the books kept on them are not counted. */
    double peakInBlocks() {
        double block = blockBytes();
        return Double.isFinite(block)
                ? peakOf("buf_blocks") * block
                : peakOf("buf_unique", "buf_duplicated", "buf_slack", "buf_retired");
    }

    /** Lag by sample and replica. */
    LagGrid lags() {
        return grid;
    }

    /** How far the slowest replica was behind at worst while measuring, in bytes; NaN when it was not recorded. */
    double peakLag() {
        return grid.isEmpty() ? Double.NaN : grid.peak();
    }

    /** Seconds since the start of measuring, for each row of the memory file. */
    double[] memorySeconds() {
        double[] millis = numbers(memory, "t_ms");
        Arrays.setAll(millis, i -> millis[i] / 1_000);
        return millis;
    }

    /** Columns of the memory file added up, in bytes. */
    double[] memoryBytes(String... columns) {
        return numbers(memory, columns);
    }

    /** Highest sum of the ledger's columns while measuring, in bytes; NaN when it was not recorded. */
    double peakRetained() {
        return figure("peak retained", () -> peak(retained));
    }

    double peakOf(String... columns) {
        return figure(
                "peak " + String.join("+", columns),
                () ->
                        Arrays.stream(columns).anyMatch(memory::has)
                                ? peak(numbers(memory, columns))
                                : Double.NaN);
    }

    /** Columns of the memory file added up in the last row of the time measured, in bytes; NaN when it was not recorded. */
    double last(String... columns) {
        return figure("last " + String.join("+", columns), () -> lastRow(columns));
    }

    private double lastRow(String... columns) {
        double[] at = numbers(memory, "t_ms");
        double[] values = numbers(memory, columns);
        double last = Double.NaN;
        for (int i = 0; i < values.length; i++) {
            if (at[i] >= 0 && at[i] <= result.measuredMillis()) {
                last = values[i];
            }
        }
        return last;
    }

    /** How long the outage was meant to be from which a replica came back with this resync, in milliseconds; NaN when no event says. */
    double plannedMillis(Resync resync) {
        return events.stream()
                .filter(
                        e ->
                                e.cuts()
                                        && e.replica() == resync.replica()
                                        && e.atMillis() <= resync.atMillis())
                .reduce((earlier, later) -> later)
                .map(Event::plannedMillis)
                .orElse(Double.NaN);
    }

    /** Full resyncs that a buffer could have avoided and that came to their end, while measuring. */
    long finishedFull() {
        return resyncs.stream()
                .filter(
                        r ->
                                r.avoidable()
                                        && r.atMillis() >= 0
                                        && r.kind() == Resync.Kind.FULL
                                        && r.complete())
                .count();
    }

    /** Resyncs that a buffer could have made cheaper, of one kind, while measuring. */
    long avoidable(Resync.Kind kind) {
        return resyncs.stream()
                .filter(r -> r.avoidable() && r.atMillis() >= 0 && r.kind() == kind)
                .count();
    }

    /** A cumulative counter's growth while measuring; NaN without. */
    double counter(String name) {
        Long value = result.counters().get(name);
        return value == null ? Double.NaN : value;
    }

    /** Latencies of one tag while measuring, in nanoseconds. */
    Histogram histogram(String tag) {
        Histogram kept = archived() ? summary.histogram(tag) : null;
        if (kept != null) {
            return kept;
        }
        double start = startMillis();
        return latency.merged(tag, start, start + result.measuredMillis());
    }

    /** Start of measuring in milliseconds since the epoch. */
    double startMillis() {
        try {
            return Instant.parse(result.startedAt()).toEpochMilli();
        } catch (DateTimeParseException e) {
            return 0;
        }
    }

    private double peak(double[] values) {
        double[] at = numbers(memory, "t_ms");
        double peak = Double.NaN;
        for (int i = 0; i < values.length; i++) {
            if (at[i] >= 0 && !(values[i] <= peak)) {
                peak = values[i];
            }
        }
        return peak;
    }

    /** Reads every number once, so that a bad one is found here and later reads cannot fail. */
    private static Columns checked(Columns columns) throws IOException {
        for (String name : columns.names()) {
            columns.numbers(name);
        }
        return columns;
    }

    private static double[] numbers(Columns table, String... columns) {
        try {
            return table.sum(columns);
        } catch (IOException e) {
            throw new IllegalStateException("a table that was checked: " + e.getMessage(), e);
        }
    }

    private <T> T read(RunFiles files, Reading<T> reading, T otherwise) {
        if (result.measuredMillis() == 0) {
            // It came to no end, and its verdict says why: what it has left is no measure of
            // anything.
            return otherwise;
        }
        try {
            return reading.read();
        } catch (NoSuchFileException e) {
            String name = String.valueOf(Path.of(e.getFile()).getFileName());
            if (archived() && summary.dropped(name)) {
                return otherwise;
            }
            damage.add(
                    relative(files, e.getFile()) + ": no such file (expected: one in every cell)");
        } catch (IOException e) {
            damage.add(relative(files, String.valueOf(e.getMessage())));
        }
        return otherwise;
    }

    /** Names relative to the run's folder, so that a page beside it can link them. */
    private static List<String> existing(RunFiles files, String id) {
        List<String> found = new ArrayList<>();
        for (String name : RAW) {
            for (String form : new String[] {name, name + ".gz"}) {
                if (Files.exists(files.cellFolder(id).resolve(form))) {
                    found.add("cells/" + id + "/" + form);
                }
            }
        }
        return List.copyOf(found);
    }

    /** Messages name files below the run's folder, so that a report does not depend on where it is made. */
    static String relative(RunFiles files, String message) {
        return message.replace(files.root().toString() + "/", "");
    }

    /** A size as redis.conf spells it. */
    private static double size(String text) {
        String lower = text.toLowerCase(Locale.ROOT).strip();
        String digits = lower.replaceAll("[a-z]+$", "");
        double unit =
                switch (lower.substring(digits.length())) {
                    case "k" -> 1e3;
                    case "kb" -> Units.KIB;
                    case "m" -> 1e6;
                    case "mb" -> Units.MIB;
                    case "g" -> 1e9;
                    case "gb" -> Units.GIB;
                    default -> 1;
                };
        try {
            return Double.parseDouble(digits) * unit;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private interface Reading<T> {
        T read() throws IOException;
    }
}
