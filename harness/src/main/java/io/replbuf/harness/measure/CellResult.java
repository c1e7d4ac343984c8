package io.replbuf.harness.measure;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one cell (strategy, parameters, repetition) came to: {@code cell.json}. The series stand in the CSV files beside it.
 *
 * @param schemaVersion version of this file's shape, {@link RunFiles#SCHEMA_VERSION}
 * @param id unique in the run, also the name of the cell's folder
 * @param scenario name of the scenario
 * @param strategy legacy, shared, aof-psync, or redis-6.2, redis-7.0 and the like for a real server
 * @param target embedded, process or redis
 * @param repetition 1 for the first
 * @param parameters what the matrix varies and what the models need: replicas, rate, valueBytes, backlogBytes, …
 * @param seed from which the cell's random draws derive
 * @param config directives given to the server
 * @param phases in order; milliseconds count from the start of measuring, negative in warm-up
 * @param verdict what the cell's numbers may be used for
 * @param startedAt ISO 8601 instant of the start of measuring
 * @param measuredMillis length of the measured time, in milliseconds
 * @param offeredPerSecond writes per second that the schedule asked for; 0 for a closed loop
 * @param achievedPerSecond writes per second that were answered while measuring
 * @param writes answered while measuring
 * @param streamBytes growth of the primary's offset while measuring
 * @param digest what the replicas checked
 * @param latency percentiles in microseconds
 * @param memory highest value of each memory column while measuring, in bytes
 * @param rssPeakBytes highest resident set size while measuring
 * @param remainderPeakBytes highest part of RSS that no counter explains; what malloc kept is in it unless confirmed
 * @param remainderBoundBytes above which the remainder makes the cell suspect; -1 where nothing can be held to one
 * @param resyncs counted at the replicas while measuring, joins included
 * @param cpuMillisByThread processor time of the server by thread name while measuring
 * @param serverCpuMillis their sum
 * @param harnessCpuMillis processor time of loader and replicas while measuring
 * @param gc collections of the server's JVM while measuring
 * @param counters growth of each cumulative counter while measuring, as send_calls; for limits of a clock the highest value;
 *     names that begin with seen_ are what the harness itself saw, with their unit at the end
 * @param kept memory that the engine had freed and malloc kept, drain included; null where there was none or nothing is known
 * @param machine who kept the cores busy while measuring; null in files of earlier harnesses
 */
public record CellResult(
        int schemaVersion,
        String id,
        String scenario,
        String strategy,
        String target,
        int repetition,
        Map<String, Object> parameters,
        long seed,
        Map<String, String> config,
        List<Phase> phases,
        Verdict verdict,
        String startedAt,
        long measuredMillis,
        double offeredPerSecond,
        double achievedPerSecond,
        long writes,
        long streamBytes,
        Digest digest,
        Latency latency,
        Map<String, Long> memory,
        long rssPeakBytes,
        long remainderPeakBytes,
        long remainderBoundBytes,
        Resyncs resyncs,
        Map<String, Long> cpuMillisByThread,
        long serverCpuMillis,
        long harnessCpuMillis,
        Gc gc,
        Map<String, Long> counters,
        Kept kept,
        Machine machine) {

    public CellResult {
        parameters = sorted(parameters);
        config = sorted(config);
        phases = List.copyOf(phases);
        memory = sorted(memory);
        cpuMillisByThread = sorted(cpuMillisByThread);
        counters = sorted(counters);
    }

    /** The same with another account of the machine. */
    public CellResult withMachine(Machine other) {
        return new CellResult(
                schemaVersion,
                id,
                scenario,
                strategy,
                target,
                repetition,
                parameters,
                seed,
                config,
                phases,
                verdict,
                startedAt,
                measuredMillis,
                offeredPerSecond,
                achievedPerSecond,
                writes,
                streamBytes,
                digest,
                latency,
                memory,
                rssPeakBytes,
                remainderPeakBytes,
                remainderBoundBytes,
                resyncs,
                cpuMillisByThread,
                serverCpuMillis,
                harnessCpuMillis,
                gc,
                counters,
                kept,
                other);
    }

    /** A parameter that is a number, or {@code absent} when the cell has none of that name. */
    public double parameter(String name, double absent) {
        return parameters.get(name) instanceof Number number ? number.doubleValue() : absent;
    }

    /** In the order of the names, so that the same cell makes the same file. */
    private static <V> Map<String, V> sorted(Map<String, V> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /**
     * A stretch of the cell's time, in milliseconds from the start of measuring.
     *
     * @param settled how writes fared in it once it had settled, or null where the scenario does not ask for phase by phase
     */
    public record Phase(String name, long startMillis, long endMillis, Settled settled) {}

    /**
     * Writes of one phase, without its begin.
     *
     * @param response from their intended time
     * @param perSecond writes per second that were answered
     * @param loaderDelayP99 how late the loader sent, 99th percentile, in microseconds
     */
    public record Settled(Percentiles response, double perSecond, double loaderDelayP99) {}

    /**
     * What a cell's numbers may be used for.
     *
     * @param latencyAdvisory the loader itself was late, so that latencies say as much about the machine as about the server; memory and
     *     resync counts stand
     * @param reasons the worst first
     */
    public record Verdict(Status status, boolean latencyAdvisory, List<String> reasons) {
        public Verdict {
            reasons = List.copyOf(reasons);
        }

        /** Nothing is wrong. */
        public static Verdict ok() {
            return new Verdict(Status.OK, false, List.of());
        }

        /** As a person reads it. */
        public String text() {
            String grade = status.name().toLowerCase(Locale.ROOT);
            return latencyAdvisory ? grade + ", latency advisory" : grade;
        }
    }

    /** See {@link Verdict}. */
    public enum Status {
        /** Every number stands. */
        @JsonProperty("ok")
        OK,
        /** A stated bound was exceeded: the numbers are used, each with a mark. */
        @JsonProperty("suspect")
        SUSPECT,
        /** The work was done wrong, or there is no proof that it was done: no number is used. */
        @JsonProperty("failed")
        FAILED
    }

    /**
     * What the replicas compared with the truth about the stream.
     *
     * @param source tap (the engine's own record) or control (a replica that no fault touches)
     * @param checkedChunks chunks of 4096 bytes compared, over all replicas
     * @param checkedTails open ends of the stream compared after the drain
     * @param mismatches chunks or tails that differed
     * @param gaps times that a replica's stream went on elsewhere than where it had stopped
     */
    public record Digest(
            String source, long checkedChunks, long checkedTails, long mismatches, long gaps) {}

    /**
     * Latencies of one kind, in microseconds. A count of 0 means that nothing was measured.
     */
    public record Percentiles(
            long count, double p50, double p90, double p99, double p999, double p9999, double max) {
        public static final Percentiles NONE = new Percentiles(0, 0, 0, 0, 0, 0, 0);
    }

    /**
     * The latencies of a cell.
     *
     * @param response of writes from their intended time
     * @param service of writes from the real send
     * @param pinger of a 1 kHz PING on a connection of its own, from its intended time
     * @param control the same against an idle echo process: what the machine alone costs
     * @param loaderDelayP99 how late the loader sent, 99th percentile
     */
    public record Latency(
            Percentiles response,
            Percentiles service,
            Percentiles pinger,
            Percentiles control,
            double loaderDelayP99) {}

    /** Resynchronisations by kind and source. */
    public record Resyncs(int full, int partialMemory, int partialLog) {}

    /**
     * Memory that the engine had freed and malloc kept.
     *
     * @param peakBytes most of it
     * @param peakMillis when, in the cell's time
     * @param heldMillis from its appearance until at most a twentieth of the peak was left, or -1 when that was not before the trim
     * @param trim the proof; null where the band was too small to ask for one
     */
    public record Kept(long peakBytes, long peakMillis, long heldMillis, Trim trim) {}

    /**
     * What malloc gave back when it was told to, after the drain, with the engine idle.
     *
     * @param beforeBytes of the band just before
     * @param afterBytes of the band just after
     * @param freedBytes by which RSS fell
     * @param confirmed at most a twentieth of the band's peak is left
     * @param error why malloc could not be told, or null
     */
    public record Trim(
            long beforeBytes, long afterBytes, long freedBytes, boolean confirmed, String error) {}

    /** Collections and their pauses. */
    public record Gc(long count, long pauseMillis) {}
}
