package io.replbuf.harness.scenario;

import java.time.Duration;
import java.util.List;

/** How long a cell should take, from the start of its engine to the end of its last file. */
final class Estimate {
    /*
     * Constants of a two-core machine: a JVM with Netty is ready after about 1.2 s, a real server after 0.1 s; the loader
     * preloads some 150 MB/s; one snapshot feeds all replicas that attach, at some 500 MB/s over all of them; a cell's files
     * are written, and its engine stopped, in half a second.
     */
    private static final Duration PROCESS_START = Duration.ofMillis(1_200);
    private static final Duration OTHER_START = Duration.ofMillis(200);
    private static final Duration ATTACH = Duration.ofMillis(200);

    /** Until a compiler under full load has come to rest, where a warm-up waits for that. */
    private static final Duration COMPILER_REST = Duration.ofSeconds(8);

    private static final Duration TEARDOWN = Duration.ofMillis(500);
    private static final double PRELOAD_BYTES_PER_MILLI = 150e3;
    private static final double SNAPSHOT_BYTES_PER_MILLI = 500e3;

    private Estimate() {}

    static Duration of(Scenario scenario, Target target, List<Cell.PhaseSpan> spans) {
        Workload workload = scenario.workload();
        double dataBytes = workload.preload() ? workload.dataBytes() : 0;
        double millis =
                dataBytes / PRELOAD_BYTES_PER_MILLI
                        + dataBytes * scenario.replicas().count() / SNAPSHOT_BYTES_PER_MILLI;
        Phase first = spans.get(0).phase();
        if (target.kind() == Target.Kind.PROCESS
                && first.kind() == Phase.Kind.WARMUP
                && first.limit() != null) {
            millis += Math.min(COMPILER_REST.toMillis(), first.limit().toMillis());
        }
        return (target.kind() == Target.Kind.PROCESS ? PROCESS_START : OTHER_START)
                .plus(ATTACH)
                .plusMillis(Math.round(millis))
                .plusMillis(spans.get(spans.size() - 1).endMillis() - spans.get(0).startMillis())
                .plus(TEARDOWN);
    }
}
