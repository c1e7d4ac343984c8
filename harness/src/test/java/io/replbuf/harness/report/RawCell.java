package io.replbuf.harness.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import org.HdrHistogram.Histogram;

/**
 * The raw files of one cell, read and counted a second time without anything of the report's or of its reading layer, so that a
 * mistake there is not made here as well. An archived repetition has no series; its summary is then the record.
 */
final class RawCell {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern BASE_TIME = Pattern.compile("#\\[BaseTime: (\\d+\\.?\\d*)");
    private static final Pattern LENGTH = Pattern.compile("\\bfor=(\\d+(?:\\.\\d+)?)ms");
    private static final String BROKEN_OFF = "-broken-off";

    final JsonNode json;
    private final Path folder;
    private final JsonNode summary;
    private final Map<String, List<Map<String, String>>> ledgers = new HashMap<>();
    private final Map<String, Double> numbers = new HashMap<>();
    private Map<String, List<Interval>> latencies;

    /** A stretch of the latency log in milliseconds from the start of measuring. */
    record Interval(double from, double to, Histogram histogram) {}

    /** A resync as the replica saw it; times in milliseconds. */
    record Resync(
            double at,
            int replica,
            String kind,
            boolean finished,
            double outage,
            double planned,
            double bytes,
            double duration) {
        /** The outage as it was meant to be, where an event says so. */
        double length() {
            return Double.isNaN(planned) ? outage : planned;
        }
    }

    /** What the pinger met in the second of a drop, and in the worst other one, above its control; in milliseconds. */
    record Drop(double excess, double otherwise) {}

    RawCell(Path folder) throws IOException {
        this.folder = folder;
        this.json = JSON.readTree(folder.resolve("cell.json").toFile());
        Path archived = folder.resolve("summary.json");
        this.summary = Files.exists(archived) ? JSON.readTree(archived.toFile()) : null;
    }

    String text(String field) {
        return json.get(field).asText();
    }

    double number(String... path) {
        JsonNode node = json;
        for (String name : path) {
            node = node == null ? null : node.get(name);
        }
        return node == null || !node.isNumber() ? Double.NaN : node.asDouble();
    }

    String status() {
        return json.get("verdict").get("status").asText();
    }

    /** Whether its series were left out. */
    boolean isSummary() {
        return summary != null;
    }

    boolean failed() {
        return status().equals("failed");
    }

    boolean suspect() {
        return status().equals("suspect");
    }

    /** Older files have it as a status. */
    boolean advisory() {
        return status().equals("advisory")
                || json.get("verdict").path("latencyAdvisory").asBoolean(false);
    }

    double counter(String name) {
        return number("counters", name);
    }

    double streamRate() {
        return number("streamBytes") * 1_000 / number("measuredMillis");
    }

    double backlogBytes() {
        double parameter = number("parameters", "backlogBytes");
        return parameter >= 0
                ? parameter
                : bytes(json.get("config").path("repl-backlog-size").asText("1mb"));
    }

    // ---- memory.csv

    double peakRetained() throws IOException {
        return peak(
                "peak retained",
                "buf_unique",
                "buf_duplicated",
                "buf_metadata",
                "buf_slack",
                "buf_retired");
    }

    double peak(String column) throws IOException {
        return peak("peak " + column, column);
    }

    private double peak(String name, String... columns) throws IOException {
        Double known = known(name);
        if (known != null) {
            return known;
        }
        double peak = Double.NaN;
        for (Map<String, String> row : table("memory.csv")) {
            if (number(row, "t_ms") < 0 || !row.containsKey(columns[0])) {
                continue;
            }
            double sum = 0;
            for (String column : columns) {
                sum += number(row, column);
            }
            peak = Double.isNaN(peak) ? sum : Math.max(peak, sum);
        }
        numbers.put(name, peak);
        return peak;
    }

    // ---- lag.csv

    /**
     * Of the samples while measuring the longest lag of a replica that was there and not being sent a snapshot. A sample may have a
     * place of before a snapshot that took the replica beyond it.
     */
    double peakLag() throws IOException {
        Double known = known("lag");
        if (known != null) {
            return known;
        }
        double peak = Double.NaN;
        for (Map<String, String> row : table("lag.csv")) {
            double at = number(row, "t_ms");
            peak = Double.isNaN(peak) ? 0 : peak;
            if (at >= 0) {
                peak = Math.max(peak, lag(row, at));
            }
        }
        numbers.put("lag", peak);
        return peak;
    }

    /** A number of a series that was computed already, or of an archived cell, whose summary has it under the same name. */
    private Double known(String name) {
        return summary == null
                ? numbers.get(name)
                : Double.valueOf(summary.get("figures").path(name).asDouble(Double.NaN));
    }

    private double lag(Map<String, String> sample, double at) throws IOException {
        double stale = 0;
        double sent = number(sample, "sent_offset");
        for (Map<String, String> row : ledger("resyncs.csv")) {
            if (number(row, "replica") != number(sample, "replica")) {
                continue;
            }
            boolean full = row.get("kind").equals("full");
            double asked = number(row, "t_ms");
            double done = asked + Math.max(0, number(row, "duration_ms"));
            if (asked - Math.max(0, number(row, "outage_ms")) < at && at < (full ? done : asked)) {
                return 0;
            }
            if (full && !row.get("cause").endsWith(BROKEN_OFF) && at >= done && sent > 0) {
                stale = Math.max(stale, number(row, "start_offset") - sent);
            }
        }
        return Math.max(0, number(sample, "lag_bytes") - stale);
    }

    // ---- resyncs.csv and events.csv

    /** Those while measuring that a buffer could have made cheaper: a replica's first sync and a planned join are always full. */
    List<Resync> resyncs() throws IOException {
        List<Resync> all = new ArrayList<>();
        for (Map<String, String> row : ledger("resyncs.csv")) {
            String cause = row.get("cause");
            double at = number(row, "t_ms");
            if (at < 0 || cause.startsWith("initial") || cause.startsWith("join")) {
                continue;
            }
            int replica = (int) number(row, "replica");
            String kind = row.get("kind").equals("full") ? "full" : row.get("source");
            all.add(
                    new Resync(
                            at,
                            replica,
                            kind.equals("full") || kind.equals("log") ? kind : "memory",
                            !cause.endsWith(BROKEN_OFF),
                            number(row, "outage_ms"),
                            planned(replica, at),
                            number(row, "bytes"),
                            number(row, "duration_ms")));
        }
        return all;
    }

    long count(String kind) throws IOException {
        return resyncs().stream().filter(r -> r.kind().equals(kind)).count();
    }

    long finishedFull() throws IOException {
        return resyncs().stream().filter(r -> r.kind().equals("full") && r.finished()).count();
    }

    private double planned(int replica, double before) throws IOException {
        double planned = Double.NaN;
        for (Map<String, String> event : ledger("events.csv")) {
            String verb = event.get("verb");
            if ((verb.equals("disconnect") || verb.equals("reset-peer"))
                    && (int) number(event, "replica") == replica
                    && number(event, "t_ms") <= before) {
                Matcher length = LENGTH.matcher(event.get("args"));
                planned = length.find() ? Double.parseDouble(length.group(1)) : Double.NaN;
            }
        }
        return planned;
    }

    // ---- latency.hlog

    /** Latencies of a tag in the intervals of which the middle lies in the time measured. */
    Histogram histogram(String tag) throws IOException {
        Histogram sum = new Histogram(3);
        sum.setAutoResize(true);
        if (summary != null) {
            JsonNode text = summary.get("histograms").get(tag);
            if (text != null) {
                sum.add(decoded(text.asText()));
            }
            return sum;
        }
        for (Interval interval : intervals(tag)) {
            double middle = (interval.from + interval.to) / 2;
            if (middle >= 0 && middle <= number("measuredMillis")) {
                sum.add(interval.histogram);
            }
        }
        return sum;
    }

    /** Null when no replica was torn off, or nothing was pinged. */
    Drop drop() throws IOException {
        double at = Double.NaN;
        for (Map<String, String> event : ledger("events.csv")) {
            if (Double.isNaN(at)
                    && event.get("verb").equals("reset-peer")
                    && number(event, "t_ms") >= 0) {
                at = number(event, "t_ms");
            }
        }
        if (Double.isNaN(at)) {
            return null;
        }
        if (summary != null) {
            JsonNode figures = summary.get("figures");
            return figures.has("drop excess")
                    ? new Drop(
                            figures.get("drop excess").asDouble() / 1e3,
                            figures.path("drop otherwise").asDouble() / 1e3)
                    : null;
        }
        double excess = Double.NaN;
        double otherwise = 0;
        for (Interval ping : intervals("pinger.response")) {
            Interval control =
                    intervals("control.response").stream()
                            .filter(c -> Math.abs(c.from - ping.from) < 1)
                            .findFirst()
                            .orElse(null);
            if (control == null
                    || ping.to <= 0
                    || ping.from >= number("measuredMillis")
                    || ping.histogram.getTotalCount() == 0
                    || control.histogram.getTotalCount() == 0) {
                continue;
            }
            double above =
                    Math.max(
                            0,
                            ping.histogram.getMaxValue() / 1e6
                                    - control.histogram.getMaxValue() / 1e6);
            double shared = Math.min(ping.to, at + 1_000) - Math.max(ping.from, at);
            if (shared >= 0.1 * (ping.to - ping.from)) {
                excess = Double.isNaN(excess) ? above : Math.max(excess, above);
            } else {
                otherwise = Math.max(otherwise, above);
            }
        }
        return Double.isNaN(excess) ? null : new Drop(excess, otherwise);
    }

    private List<Interval> intervals(String tag) throws IOException {
        if (latencies == null) {
            latencies = new TreeMap<>();
            double base = Double.NaN;
            double start = Instant.parse(text("startedAt")).toEpochMilli();
            for (String line : lines("latency.hlog")) {
                Matcher time = BASE_TIME.matcher(line);
                if (time.lookingAt()) {
                    base = Double.parseDouble(time.group(1)) * 1e3;
                } else if (line.startsWith("Tag=")) {
                    String[] fields = line.substring(4).split(",");
                    double from = base + Double.parseDouble(fields[1]) * 1e3 - start;
                    double to = from + Double.parseDouble(fields[2]) * 1e3;
                    latencies
                            .computeIfAbsent(fields[0], t -> new ArrayList<>())
                            .add(new Interval(from, to, decoded(fields[4])));
                }
            }
        }
        return latencies.getOrDefault(tag, List.of());
    }

    private static Histogram decoded(String base64) throws IOException {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(base64)), 0);
        } catch (DataFormatException e) {
            throw new IOException("a histogram: " + e.getMessage(), e);
        }
    }

    // ---- files

    /** A ledger is read once; of a series, which may be long, only the numbers are kept. */
    private List<Map<String, String>> ledger(String name) throws IOException {
        List<Map<String, String>> rows = ledgers.get(name);
        if (rows == null) {
            rows = new ArrayList<>();
            table(name).forEach(rows::add);
            ledgers.put(name, rows);
        }
        return rows;
    }

    private Iterable<Map<String, String>> table(String name) throws IOException {
        List<String> lines = lines(name);
        String[] head = lines.get(0).split(",", -1);
        return () -> lines.stream().skip(1).map(line -> row(head, line)).iterator();
    }

    private static Map<String, String> row(String[] head, String line) {
        // Only the last column holds free text, and no text of ours holds a comma.
        String[] fields = line.replace("\"", "").split(",", head.length);
        Map<String, String> row = new HashMap<>();
        for (int i = 0; i < head.length; i++) {
            row.put(head[i], fields[i]);
        }
        return row;
    }

    private List<String> lines(String name) throws IOException {
        Path plain = folder.resolve(name);
        Path packed = folder.resolve(name + ".gz");
        try (InputStream in =
                Files.exists(plain)
                        ? Files.newInputStream(plain)
                        : new GZIPInputStream(Files.newInputStream(packed))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static double number(Map<String, String> row, String column) {
        String text = row.get(column);
        return text == null ? 0 : Double.parseDouble(text);
    }

    private static double bytes(String text) {
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        double number = Double.parseDouble(lower.replaceAll("[a-z]", ""));
        return lower.endsWith("gb")
                ? number * (1 << 30)
                : lower.endsWith("mb")
                        ? number * (1 << 20)
                        : lower.endsWith("kb") ? number * (1 << 10) : number;
    }

    // ---- many cells

    /** A number of a cell's files. */
    interface Measure {
        double of(RawCell cell) throws IOException;
    }

    static double median(List<RawCell> cells, Measure measure) {
        double[] sorted =
                cells.stream()
                        .mapToDouble(unchecked(measure))
                        .filter(v -> !Double.isNaN(v))
                        .sorted()
                        .toArray();
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    static double mean(List<RawCell> cells, Measure measure) {
        return cells.stream().mapToDouble(unchecked(measure)).average().orElse(Double.NaN);
    }

    static double sum(List<RawCell> cells, Measure measure) {
        return cells.stream().mapToDouble(unchecked(measure)).sum();
    }

    static double max(List<RawCell> cells, Measure measure) {
        return cells.stream()
                .mapToDouble(unchecked(measure))
                .filter(v -> !Double.isNaN(v))
                .max()
                .orElse(Double.NaN);
    }

    /** The repetition with the middle peak. */
    static RawCell typical(List<RawCell> cells) {
        return cells.stream()
                .sorted(
                        Comparator.comparingDouble(unchecked(RawCell::peakRetained))
                                .thenComparingDouble(unchecked(c -> c.number("repetition"))))
                .skip((cells.size() - 1) / 2)
                .findFirst()
                .orElseThrow();
    }

    private static ToDoubleFunction<RawCell> unchecked(Measure measure) {
        return cell -> {
            try {
                return measure.of(cell);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }
}
