package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.CellResult.Percentiles;
import io.replbuf.harness.measure.CsvWriter;
import io.replbuf.harness.measure.Machine;
import io.replbuf.harness.measure.RunFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * One cell of a {@link SyntheticRun}: replicas that read, stall, are away or are slow, stepped every 50 ms, under a caricature of
 * each strategy (sum of lags; their maximum; the maximum up to a window).
 */
final class SyntheticCell {
    static final List<String> MEMORY =
            List.of(
                    "t_ms",
                    "rss",
                    "buf_unique",
                    "buf_duplicated",
                    "buf_metadata",
                    "buf_slack",
                    "buf_retired",
                    "buf_file",
                    "mem_keyspace",
                    "mem_clients",
                    "extents_mapped",
                    "mem_snapshot",
                    "netty_direct",
                    "heap_used",
                    "nonheap_used");

    static final Instant START = Instant.parse("2026-01-02T03:04:07Z");

    private static final double MIB = 1 << 20;
    private static final int STEP_MILLIS = 50;
    private static final int WARMUP_MILLIS = 1_500;

    private final String scenario;
    private final String strategy;
    private final int replicas;
    private final int repetition;
    private final int millis;
    private final double streamPerSecond;
    private final double backlog;
    private final double window;
    private final double keyspace;
    private final Random random;
    private final List<Object[]> memory = new ArrayList<>();
    private final List<Object[]> lag = new ArrayList<>();
    private final List<Object[]> resyncs = new ArrayList<>();
    private boolean pinger;
    private int drops;
    private int demotions;
    private long rssPeak;

    private SyntheticCell(
            String scenario,
            String strategy,
            int replicas,
            int repetition,
            int millis,
            double mibPerSecond,
            double backlogMiB) {
        this.scenario = scenario;
        this.strategy = strategy;
        this.replicas = replicas;
        this.repetition = repetition;
        this.millis = millis;
        this.streamPerSecond = mibPerSecond * MIB;
        this.backlog = backlogMiB * MIB;
        this.window = Math.max(backlog, 16 * MIB);
        this.keyspace = 24 * MIB;
        this.random = new Random((scenario + strategy + replicas + repetition).hashCode());
    }

    /** Reads at a rate in bytes per second; below zero: away. */
    private interface Reader {
        double rate(int replica, int atMillis);
    }

    static SyntheticCell steady(String strategy, int n, int repetition) {
        return new SyntheticCell("steady", strategy, n, repetition, 5_000, 10.2, 8)
                .run((r, t) -> 1e12, 0);
    }

    static SyntheticCell stallTogether(String strategy, int repetition) {
        return new SyntheticCell("stall-together", strategy, 16, repetition, 7_500, 23.7, 8)
                .run((r, t) -> t >= 0 && t < 4_500 ? 0 : 120 * MIB, 0);
    }

    static SyntheticCell stallIndependent(String strategy, int repetition) {
        return new SyntheticCell("stall-independent", strategy, 16, repetition, 8_000, 23.7, 8)
                .run((r, t) -> t >= r * 480 && t < r * 480 + 700 + 60 * r ? 0 : 120 * MIB, 0);
    }

    static SyntheticCell disconnectSweep(String strategy, int repetition) {
        int[] outages = {
            250, 500, 1_000, 1_400, 1_700, 1_850, 2_150, 2_300, 2_600, 3_000, 4_000, 5_000
        };
        return new SyntheticCell("disconnect-sweep", strategy, 12, repetition, 7_500, 10.2, 20.4)
                .run((r, t) -> t >= 500 && t < 500 + outages[r] ? -1 : 120 * MIB, 0);
    }

    static SyntheticCell slowReader(String strategy, int repetition) {
        return new SyntheticCell("slow-reader", strategy, 4, repetition, 7_500, 11.8, 4)
                .run((r, t) -> r == 0 && t >= 0 && t < 6_000 ? 2 * MIB : 120 * MIB, 16 * MIB);
    }

    static SyntheticCell dropLaggard(String strategy, int repetition) {
        SyntheticCell cell =
                new SyntheticCell("drop-laggard", strategy, 3, repetition, 6_500, 62.7, 8);
        cell.pinger = true;
        return cell.run(
                (r, t) ->
                        r == 0 && t >= 0 && t < 5_000
                                ? 0
                                : r == 0 && t < 5_200 && t >= 0 ? -1 : 400 * MIB,
                0);
    }

    private boolean legacy() {
        return strategy.equals("legacy") || strategy.startsWith("redis-6");
    }

    private boolean log() {
        return strategy.equals("aof-psync");
    }

    private SyntheticCell run(Reader reader, double limit) {
        double[] behind = new double[replicas];
        int[] awaySince = new int[replicas];
        int[] busyUntil = new int[replicas];
        Arrays.fill(awaySince, -1);
        Arrays.fill(busyUntil, Integer.MIN_VALUE);
        double offset = 1;
        double extentsHeld = 32 * MIB;
        for (int t = -WARMUP_MILLIS; t <= millis; t += STEP_MILLIS) {
            offset += streamPerSecond * STEP_MILLIS / 1_000;
            double sum = 0;
            double max = 0;
            for (int r = 0; r < replicas; r++) {
                double rate = reader.rate(r, t);
                behind[r] += streamPerSecond * STEP_MILLIS / 1_000;
                if (rate < 0) {
                    awaySince[r] = awaySince[r] < 0 ? t : awaySince[r];
                    continue;
                }
                if (awaySince[r] >= 0) {
                    back(r, t, t - awaySince[r], "disconnect", behind, busyUntil, rate);
                    awaySince[r] = -1;
                }
                if (t >= busyUntil[r]) {
                    behind[r] = Math.max(0, behind[r] - rate * STEP_MILLIS / 1_000);
                }
                if (limit > 0 && behind[r] > limit && !log()) {
                    drops++;
                    back(r, t, 300, "limit", behind, busyUntil, rate);
                } else if (log()
                        && behind[r] > window
                        && behind[r] - streamPerSecond * STEP_MILLIS / 1_000 <= window) {
                    demotions++;
                }
                sum += behind[r];
                max = Math.max(max, behind[r]);
                if (t % 200 == 0) {
                    lag.add(
                            new Object[] {
                                t,
                                r,
                                (long) behind[r],
                                (long) (offset - behind[r]),
                                log() && behind[r] > window ? 1 : 0
                            });
                }
            }
            extentsHeld = memory(t, offset, sum, max, extentsHeld);
        }
        return this;
    }

    private void back(
            int r, int t, int outage, String cause, double[] behind, int[] busyUntil, double rate) {
        double missed = behind[r];
        boolean full = missed > backlog && !log();
        String source = full ? "snapshot" : missed > window && log() ? "log" : "memory";
        double bytes = full ? keyspace : missed;
        int duration = (int) (bytes / Math.min(rate, 120 * MIB) * 1_000) + 3;
        if (full) {
            behind[r] = 0;
            busyUntil[r] = t + duration;
        }
        long fileBytes = source.equals("log") ? (long) bytes : 0;
        long at = (long) (t * streamPerSecond / 1_000) + 100_000_000;
        resyncs.add(
                new Object[] {
                    t,
                    r,
                    full ? "full" : "partial",
                    source,
                    cause,
                    at,
                    at,
                    outage,
                    (long) missed,
                    (long) bytes,
                    fileBytes,
                    duration,
                    1
                });
    }

    private double memory(int t, double offset, double sum, double max, double held) {
        double history = Math.min(offset, backlog);
        double unique = legacy() ? Math.max(history, max) : Math.max(history, max);
        double duplicated = 0;
        double metadata = 120_000 + replicas * 900.0;
        double slack;
        if (legacy()) {
            duplicated = Math.max(0, sum + history - unique);
            slack = backlog - history + replicas * 8_192.0;
            metadata += sum / 16_384 * 40;
        } else {
            unique = log() ? Math.min(unique, window) : unique;
            slack = 40_000;
        }
        double ledger = unique + duplicated + metadata + slack;
        double extents = Math.ceil(ledger / (32 * MIB)) * 32 * MIB;
        double mapped =
                legacy()
                        ? Math.max(ledger, held * 0.98)
                        : Math.max(ledger, Math.min(held, extents + 32 * MIB));
        double jvm = 92 * MIB;
        double noise = random.nextDouble() * 2 * MIB;
        double rss = jvm + 6 * MIB + keyspace + mapped + 14 * MIB + noise;
        rssPeak = Math.max(rssPeak, t >= 0 ? (long) rss : 0);
        memory.add(
                new Object[] {
                    t,
                    (long) rss,
                    (long) unique,
                    (long) duplicated,
                    (long) metadata,
                    (long) slack,
                    0,
                    log() ? (long) offset : 0,
                    (long) keyspace,
                    (long) (0.8 * MIB),
                    (long) (mapped + keyspace + 6 * MIB),
                    0,
                    (long) (4 * MIB),
                    (long) (64 * MIB),
                    (long) (28 * MIB)
                });
        return mapped;
    }

    CellResult result() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("replicas", replicas);
        parameters.put("backlogBytes", (long) backlog);
        double perWrite = 4_096 + 45;
        long writes = (long) (streamPerSecond * millis / 1_000 / perWrite);
        long stream = (long) (streamPerSecond * millis / 1_000);
        double copies = legacy() ? 1 + replicas : 1;
        double perCall =
                legacy()
                        ? 15_000
                        : strategy.startsWith("redis") ? 16_000 : 60_000 + 2_000.0 * replicas;
        Map<String, Long> counters =
                Map.of(
                        "send_calls", (long) (stream * replicas / perCall),
                        "send_bytes", stream * replicas,
                        "fed_bytes", stream,
                        "copied_bytes", (long) (stream * copies),
                        "limit_disconnections", (long) drops,
                        "demotions", (long) demotions);
        List<String> reasons =
                replicas == 32 ? List.of("loader late: p99 1.4 ms (expected: <= 1 ms)") : List.of();
        return new CellResult(
                RunFiles.SCHEMA_VERSION,
                scenario + "-n" + replicas + "-" + strategy + "-r" + repetition,
                scenario,
                strategy,
                strategy.startsWith("redis") ? "redis" : "process",
                repetition,
                parameters,
                42,
                Map.of(
                        "repl-backlog-size",
                        String.valueOf((long) backlog),
                        "client-output-buffer-limit",
                        "replica 0 0 0"),
                List.of(
                        new CellResult.Phase("warmup", -WARMUP_MILLIS, 0, null),
                        new CellResult.Phase("measured", 0, millis, null)),
                new CellResult.Verdict(CellResult.Status.OK, replicas == 32, reasons),
                START.toString(),
                millis,
                writes * 1_000.0 / millis,
                writes * 999.0 / millis,
                writes,
                stream,
                new CellResult.Digest("tap", stream / 4_096 * replicas, replicas, 0, 0),
                new CellResult.Latency(
                        Percentiles.NONE,
                        Percentiles.NONE,
                        Percentiles.NONE,
                        Percentiles.NONE,
                        replicas == 32 ? 1_400 : 120),
                Map.of(),
                rssPeak,
                (long) (18 * MIB),
                (long) (96 * MIB),
                new CellResult.Resyncs(replicas, 0, 0),
                Map.of("command-loop", (long) millis / 2, "replica-loop", (long) millis / 4),
                millis * 3L / 4,
                millis / 2L + replicas * 100L,
                new CellResult.Gc(3, 9),
                counters,
                null,
                new Machine(
                        1,
                        null,
                        2,
                        Map.of("server", 0.8, "harness", 0.5, Machine.FOREIGN, 0.02),
                        0.1,
                        Map.of("command-loop", 12L),
                        Map.of("loader", 7L),
                        "idle class",
                        1,
                        3));
    }

    void writeMemory(CsvWriter writer) throws IOException {
        rows(writer, memory);
    }

    void writeLag(CsvWriter writer) throws IOException {
        rows(writer, lag);
    }

    void writeResyncs(CsvWriter writer) throws IOException {
        rows(writer, resyncs);
    }

    void writeLatency(Path file) throws IOException {
        try (PrintStream out =
                new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            HistogramLogWriter writer = new HistogramLogWriter(out);
            writer.outputLogFormatVersion();
            writer.outputStartTime(START.toEpochMilli() - WARMUP_MILLIS);
            writer.setBaseTime(START.toEpochMilli());
            writer.outputBaseTime(START.toEpochMilli());
            writer.outputLegend();
            for (int t = -1_000; t < millis; t += 1_000) {
                boolean kill = t == 5_000;
                double base = 90_000 + replicas * 4_000.0 * (legacy() ? 1.3 : 1);
                interval(writer, "client.response", t, 4_000, base, 0.5, 0);
                interval(writer, "client.service", t, 4_000, base * 0.9, 0.4, 0);
                if (pinger) {
                    interval(
                            writer,
                            "pinger.response",
                            t,
                            1_000,
                            60_000,
                            0.35,
                            kill && legacy() ? 14e6 : 0);
                    interval(writer, "control.response", t, 1_000, 40_000, 0.35, 0);
                }
            }
        } catch (FileNotFoundException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private void interval(
            HistogramLogWriter writer,
            String tag,
            int t,
            int count,
            double median,
            double spread,
            double spike) {
        Histogram histogram = new Histogram(3_600_000_000_000L, 3);
        histogram.setTag(tag);
        histogram.setStartTimeStamp(START.toEpochMilli() + t);
        histogram.setEndTimeStamp(START.toEpochMilli() + t + 1_000);
        for (int i = 0; i < count; i++) {
            double tail = random.nextInt(300) == 0 ? 2e6 * random.nextDouble() : 0;
            histogram.recordValue(
                    (long) (median * Math.exp(spread * random.nextGaussian()) + tail));
        }
        for (int i = 0; i < 10 && spike > 0; i++) {
            histogram.recordValue((long) (spike * (10 - i) / 10));
        }
        writer.outputIntervalHistogram(histogram);
    }

    private static void rows(CsvWriter writer, List<Object[]> rows) throws IOException {
        try (writer) {
            for (Object[] row : rows) {
                writer.write(row);
            }
        }
    }
}
