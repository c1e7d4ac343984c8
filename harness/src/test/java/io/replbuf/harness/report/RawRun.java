package io.replbuf.harness.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;

/**
 * The figures of a first page by their names, computed a second time from a run's raw files. Failed cells count nowhere; a scenario's
 * numbers are those of its largest number of replicas; over repetitions they are medians, resync counts means.
 */
final class RawRun {
    private static final List<String> FAMILIES = List.of("legacy", "shared", "aof-psync", "redis");

    final JsonNode run;
    final JsonNode environment;

    /** Null where the run has none. */
    final JsonNode instruments;

    final List<RawCell> all = new ArrayList<>();

    /**
     * One figure.
     *
     * @param cells whose numbers it is made of; empty for one that carries no mark
     */
    record Figure(double value, List<RawCell> cells) {
        boolean isMarked() {
            return cells.stream().anyMatch(RawCell::suspect);
        }
    }

    RawRun(Path folder) throws IOException {
        ObjectMapper json = new ObjectMapper();
        run = json.readTree(folder.resolve("run.json").toFile());
        environment = json.readTree(folder.resolve("environment.json").toFile());
        Path held = folder.resolve("instruments.json");
        instruments = Files.exists(held) ? json.readTree(held.toFile()) : null;
        for (JsonNode id : run.get("cells")) {
            all.add(new RawCell(folder.resolve("cells").resolve(id.asText())));
        }
    }

    // ---- which cells

    List<RawCell> counted() {
        return all.stream().filter(cell -> !cell.failed()).toList();
    }

    List<RawCell> of(String strategy) {
        return counted().stream().filter(cell -> cell.text("strategy").equals(strategy)).toList();
    }

    /** The cells of a strategy at the scenario's point: most replicas, of these the lowest rate and then the smallest values. */
    List<RawCell> arm(String scenario, String strategy) {
        List<RawCell> cells = at(of(strategy), scenario, "replicas", replicas(scenario));
        List<RawCell> all = at(counted(), scenario, "replicas", replicas(scenario));
        for (String parameter : List.of("rate", "valueBytes")) {
            double least = -RawCell.max(all, cell -> -cell.number("parameters", parameter));
            cells = at(cells, scenario, parameter, least);
            all = at(all, scenario, parameter, least);
        }
        return cells;
    }

    /** Those of a scenario with a parameter's value, or without that parameter. */
    private static List<RawCell> at(
            List<RawCell> cells, String scenario, String parameter, double value) {
        return cells.stream()
                .filter(cell -> cell.text("scenario").equals(scenario))
                .filter(
                        cell ->
                                cell.number("parameters", parameter) == value
                                        || isAbsent(cell, parameter))
                .toList();
    }

    private static boolean isAbsent(RawCell cell, String parameter) {
        return Double.isNaN(cell.number("parameters", parameter));
    }

    /** NaN when no cell of the scenario counts. */
    double replicas(String scenario) {
        return RawCell.max(
                counted().stream().filter(cell -> cell.text("scenario").equals(scenario)).toList(),
                cell -> cell.number("parameters", "replicas"));
    }

    /** Ours, without real servers and without the second arms of A/A pairs; in the order of the page. */
    List<String> ours() {
        return all.stream()
                .map(cell -> cell.text("strategy"))
                .distinct()
                .filter(s -> !s.startsWith("redis") && !s.startsWith("valkey"))
                .filter(s -> !s.endsWith("-again"))
                .sorted(Comparator.comparingInt(RawRun::family).thenComparing(s -> s))
                .toList();
    }

    private static int family(String strategy) {
        return (int) FAMILIES.stream().takeWhile(f -> !strategy.startsWith(f)).count();
    }

    // ---- figures by name

    /** Null for a name that is not known. */
    Figure figure(String name) throws IOException {
        switch (name) {
            case "stall-together.replicas":
                return unmarked(replicas("stall-together"));
            case "stall-together.lag":
            case "stall-independent.lag":
                return unmarked(longestLag(name.substring(0, name.lastIndexOf('.'))));
            case "stall-independent.backlog":
                return unmarked(backlog());
            case "sizing.rate":
                return unmarked(sizingRate());
            case "sizing.minute":
                return unmarked(Math.ceil(sizingRate() * 60 * 1.1 / 0x1p20) * 0x1p20);
            default:
                return ofStrategy(name);
        }
    }

    private Figure ofStrategy(String name) throws IOException {
        // Names end in a strategy, which may hold dots itself.
        String[] parts = name.split("\\.", 3);
        if (parts.length < 3) {
            return null;
        }
        String strategy = parts[2];
        List<RawCell> cells = arm(parts[0], strategy);
        return switch (parts[0] + "." + parts[1]) {
            case "stall-together.peak", "stall-independent.peak" ->
                    new Figure(RawCell.median(cells, RawCell::peakRetained), cells);
            case "stall-together.disk" ->
                    new Figure(RawCell.median(cells, c -> c.peak("buf_file")), cells);
            case "disconnect-sweep.bridged" -> new Figure(edge(cells, false), cells);
            case "disconnect-sweep.lost" -> new Figure(edge(cells, true), cells);
            case "disconnect-sweep.model" -> unmarked(model(cells, strategy));
            case "slow-reader.kills" ->
                    new Figure(
                            RawCell.median(cells, c -> c.counter("limit_disconnections")), cells);
            case "slow-reader.demotions" ->
                    new Figure(RawCell.median(cells, c -> c.counter("demotions")), cells);
            case "slow-reader.full-begun" ->
                    new Figure(RawCell.mean(cells, c -> c.count("full")), cells);
            case "slow-reader.full-finished" ->
                    new Figure(RawCell.mean(cells, RawCell::finishedFull), cells);
            case "drop-laggard.excess" ->
                    new Figure(RawCell.median(cells, c -> drop(c).excess()), cells);
            case "drop-laggard.otherwise" ->
                    new Figure(RawCell.median(cells, c -> drop(c).otherwise()), cells);
            case "steady.p99" ->
                    new Figure(
                            RawCell.median(cells, c -> c.number("latency", "response", "p99"))
                                    / 1e3,
                            cells);
            case "kept.peak", "kept.millis" -> kept(parts[1], strategy);
            case "advice.factor" -> {
                List<RawCell> stalled = arm("stall-together", strategy);
                yield new Figure(
                        RawCell.median(stalled, RawCell::peakRetained)
                                / RawCell.median(
                                        arm("stall-together", leanest()), RawCell::peakRetained),
                        stalled);
            }
            case "advice.cpu" -> {
                List<RawCell> steady = arm("steady", strategy);
                yield new Figure(
                        RawCell.median(steady, RawRun::cpuPerGigabyte)
                                / RawCell.median(arm("steady", leanest()), RawRun::cpuPerGigabyte),
                        steady);
            }
            default -> null;
        };
    }

    private static Figure unmarked(double value) {
        return new Figure(value, List.of());
    }

    private double longestLag(String scenario) {
        double longest = Double.NaN;
        for (String strategy : ours()) {
            double lag = RawCell.median(arm(scenario, strategy), RawCell::peakLag);
            longest = Double.isNaN(longest) || lag > longest ? lag : longest;
        }
        return longest;
    }

    private double backlog() {
        List<RawCell> cells = new ArrayList<>();
        ours().forEach(strategy -> cells.addAll(arm("stall-independent", strategy)));
        return RawCell.median(cells, RawCell::backlogBytes);
    }

    private double sizingRate() {
        String scenario =
                Double.isNaN(replicas("disconnect-sweep"))
                        ? counted().get(0).text("scenario")
                        : "disconnect-sweep";
        for (String strategy : allStrategies()) {
            List<RawCell> cells = arm(scenario, strategy);
            if (!cells.isEmpty()) {
                return RawCell.typical(cells).streamRate();
            }
        }
        return Double.NaN;
    }

    private List<String> allStrategies() {
        return counted().stream()
                .map(cell -> cell.text("strategy"))
                .distinct()
                .sorted(Comparator.comparingInt(RawRun::family).thenComparing(s -> s))
                .toList();
    }

    /** The longest outage that was bridged, or the shortest that was not, in milliseconds. */
    private static double edge(List<RawCell> cells, boolean full) throws IOException {
        double edge = Double.NaN;
        for (RawCell cell : cells) {
            for (RawCell.Resync resync : cell.resyncs()) {
                if (resync.outage() > 0 && resync.kind().equals("full") == full) {
                    boolean further = full ? resync.length() < edge : resync.length() > edge;
                    edge = Double.isNaN(edge) || further ? resync.length() : edge;
                }
            }
        }
        return edge;
    }

    /** Backlog over rate, to 10 ms. */
    private static double model(List<RawCell> cells, String strategy) {
        RawCell cell = RawCell.typical(cells);
        double kept =
                strategy.startsWith("aof-psync")
                        ? cell.number("parameters", "logRetentionBytes")
                        : cell.backlogBytes();
        return Math.rint(kept / cell.streamRate() * 100) * 10;
    }

    private static RawCell.Drop drop(RawCell cell) throws IOException {
        RawCell.Drop drop = cell.drop();
        return drop == null ? new RawCell.Drop(Double.NaN, Double.NaN) : drop;
    }

    /** The cell of a strategy in which most was kept, when a trim proved it and it is worth telling; else null. */
    RawCell keeper(String strategy) {
        return of(strategy).stream()
                .filter(c -> c.json.path("kept").path("trim").path("confirmed").asBoolean(false))
                .filter(c -> c.number("kept", "peakBytes") >= 16 * 0x1p20)
                .max(Comparator.comparingDouble(c -> c.number("kept", "peakBytes")))
                .orElse(null);
    }

    private Figure kept(String what, String strategy) {
        RawCell cell = keeper(strategy);
        return cell == null
                ? null
                : new Figure(
                        cell.number("kept", what.equals("peak") ? "peakBytes" : "heldMillis"),
                        List.of(cell));
    }

    /** Of ours without files the one that held the least when all stalled. */
    String leanest() {
        return ours().stream()
                .filter(s -> !(peakDisk(s) > 0))
                .filter(s -> !arm("stall-together", s).isEmpty())
                .min(
                        Comparator.comparingDouble(
                                s ->
                                        RawCell.median(
                                                arm("stall-together", s), RawCell::peakRetained)))
                .orElseThrow();
    }

    // ---- what the table needs besides

    double peakDisk(String strategy) {
        return RawCell.max(of(strategy), c -> c.peak("buf_file"));
    }

    static double compilerMillis(RawCell cell) {
        double millis = 0;
        for (Map.Entry<String, JsonNode> thread : cell.json.get("cpuMillisByThread").properties()) {
            if (thread.getKey().matches("C[12] Comp.*")) {
                millis += thread.getValue().asDouble();
            }
        }
        return millis;
    }

    /** Processor seconds of the server, without its compilers, for 10^9 bytes sent to replicas. */
    static double cpuPerGigabyte(RawCell cell) {
        double sent = cell.counter("send_bytes");
        double file = cell.counter("send_file_bytes");
        sent =
                Double.isNaN(sent)
                        ? cell.counter("seen_received_bytes")
                        : sent + (Double.isNaN(file) ? 0 : file);
        return sent > 0
                ? (cell.number("serverCpuMillis") - compilerMillis(cell)) * 1e6 / sent
                : Double.NaN;
    }

    /** In milliseconds, of all repetitions together; NaN while fewer than ten samples lie beyond. */
    double percentile(String scenario, String strategy, String tag, double percentile)
            throws IOException {
        Histogram sum = new Histogram(3);
        sum.setAutoResize(true);
        for (RawCell cell : arm(scenario, strategy)) {
            sum.add(cell.histogram(tag));
        }
        double beyond = sum.getTotalCount() * (1 - percentile / 100);
        return sum.getTotalCount() <= 10 || beyond < 10 - 1e-6
                ? Double.NaN
                : sum.getValueAtPercentile(percentile) / 1e6;
    }

    /** Whether each drop's second was as slow as another one, as far as the loader's own lateness lets it be told. */
    boolean isAsWithoutDrop(String strategy) throws IOException {
        for (RawCell cell : arm("drop-laggard", strategy)) {
            RawCell.Drop drop = cell.drop();
            double late = cell.number("latency", "loaderDelayP99") / 1e3;
            if (drop != null && drop.excess() > drop.otherwise() + late) {
                return false;
            }
        }
        return true;
    }

    /** The finished full resync with the middle time, of two the shorter; null without one. */
    RawCell.Resync middleFullResync(String strategy) throws IOException {
        List<RawCell.Resync> finished = new ArrayList<>();
        for (RawCell cell : of(strategy)) {
            for (RawCell.Resync resync : cell.resyncs()) {
                if (resync.kind().equals("full") && resync.finished()) {
                    finished.add(resync);
                }
            }
        }
        finished.sort(Comparator.comparingDouble(RawCell.Resync::duration));
        return finished.isEmpty() ? null : finished.get((finished.size() - 1) / 2);
    }

    long number(Predicate<RawCell> which) {
        return all.stream().filter(which).count();
    }
}
