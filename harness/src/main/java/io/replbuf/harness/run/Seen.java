package io.replbuf.harness.run;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.IntervalLog;
import io.replbuf.harness.replica.ResyncRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What the harness itself saw of a server, equally for ours and for a real one, under names beside the server's own counters: {@code
 * seen_} and a unit at the end. For one thread.
 */
final class Seen {
    private final Map<String, Long> values = new TreeMap<>();

    /** Stream bytes that replicas took while measuring, the control's included; nothing where one began anew meanwhile. */
    void received(long bytes) {
        if (bytes >= 0) {
            values.put("seen_received_bytes", bytes);
        }
    }

    /** User and system time of the whole process while measuring. */
    void serverCpu(long millis) {
        values.put("seen_server_cpu_millis", millis);
    }

    /**
     * Partial resyncs while measuring, times from sending PSYNC: to the reply, to the first byte, and from the first PSYNC to the
     * moment at which the last replica had all.
     */
    void resyncs(List<ResyncRecord> ledger, long zeroNanos) {
        List<ResyncRecord> partial =
                ledger.stream()
                        .filter(r -> r.nanos() >= zeroNanos && r.complete())
                        .filter(r -> r.kind() == ResyncRecord.Kind.PARTIAL)
                        .toList();
        if (partial.isEmpty()) {
            return;
        }
        long firstAsked = partial.stream().mapToLong(ResyncRecord::nanos).min().orElseThrow();
        long allThere =
                partial.stream()
                        .mapToLong(r -> r.nanos() + Math.round(r.durationMillis() * 1e6))
                        .max()
                        .orElseThrow();
        values.put("seen_resync_all_micros", (allThere - firstAsked) / 1_000);
        values.put(
                "seen_resync_bytes_least",
                partial.stream().mapToLong(ResyncRecord::bytes).min().orElse(0));
        times("seen_resync_reply", partial, ResyncRecord::replyMillis);
        times("seen_resync_first_byte", partial, ResyncRecord::firstByteMillis);
    }

    private void times(
            String name, List<ResyncRecord> records, ToDoubleFunction<ResyncRecord> millis) {
        double[] sorted =
                records.stream().mapToDouble(millis).filter(m -> m >= 0).sorted().toArray();
        if (sorted.length > 0) {
            values.put(name + "_median_micros", Math.round(sorted[(sorted.length - 1) / 2] * 1e3));
            values.put(
                    name + "_max_micros", Math.round(Arrays.stream(sorted).max().orElse(0) * 1e3));
        }
    }

    /** Replication delay, where it was probed. */
    void latencies(IntervalLog latency) {
        CellResult.Percentiles delay = latency.measured("replication.delay");
        if (delay.count() > 0) {
            values.put("seen_delay_count", delay.count());
            values.put("seen_delay_p50_nanos", Math.round(delay.p50() * 1e3));
            values.put("seen_delay_p99_nanos", Math.round(delay.p99() * 1e3));
        }
    }

    Map<String, Long> values() {
        return values;
    }
}
