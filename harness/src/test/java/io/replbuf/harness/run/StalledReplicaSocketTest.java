package io.replbuf.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replbuf.harness.load.Transport;
import io.replbuf.harness.replica.DelayProbe;
import io.replbuf.harness.replica.ReplicaFleet;
import io.replbuf.harness.replica.ReplicaOptions;
import io.replbuf.harness.replica.ReplicaProbe;
import io.replbuf.harness.replica.SimulatedReplica;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica on a real socket that reads nothing for 30 ms: the delay of marked writes says so. */
class StalledReplicaSocketTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long MILLI = 1_000_000L;
    private static final long STALL_NANOS = 30 * MILLI;
    private static final double MARKS_PER_SECOND = 1_000;

    /** A mark a millisecond, one for the reader to be told, and one for the timer. */
    private static final long TOLERANCE_NANOS = 3 * MILLI;

    private static final int STALLS = 8;

    @TempDir Path folder;

    @Test
    void shouldFindAStallOfThirtyMilliseconds() throws Exception {
        Map<String, String> directives = Map.of("save", "", "repl-diskless-sync-delay", "0");
        try (EmbeddedServer server = EmbeddedServer.start(directives, folder);
                ReplicaFleet fleet =
                        new ReplicaFleet(
                                server.address(),
                                null,
                                ReplicaProbe.NONE,
                                null,
                                Transport.best())) {
            fleet.addControl(ReplicaPlanOptions.CONTROL_PORT, 1);
            SimulatedReplica replica = fleet.add(ReplicaOptions.plain(0, 7_000));
            replica.connect();
            await().atMost(LIMIT).until(() -> fleet.counts().streaming() == 1);
            try (DelayProbe probe = new DelayProbe(server.address(), MARKS_PER_SECOND)) {
                probe.start(replica);
                Histogram warm = new Histogram(3);
                await().atMost(LIMIT)
                        .until(
                                () -> {
                                    warm.add(probe.delay().interval(null));
                                    return warm.getTotalCount() > 300;
                                });
                long nearest = Long.MAX_VALUE;
                for (int i = 0; i < STALLS; i++) {
                    long off = longestDelay(probe, replica) - STALL_NANOS;
                    nearest = Math.min(nearest, Math.abs(off));
                }
                assertThat(probe.failure()).isNull();
                // A busy machine makes some delays longer, and some shorter because the reader was
                // paused late; never all.
                assertThat(nearest).isLessThan(TOLERANCE_NANOS);
            }
        }
    }

    private static long longestDelay(DelayProbe probe, SimulatedReplica replica) {
        probe.delay().interval(null);
        replica.pauseReader();
        long until = System.nanoTime() + STALL_NANOS;
        for (long now = System.nanoTime(); now < until; now = System.nanoTime()) {
            LockSupport.parkNanos(until - now);
        }
        replica.resumeReader();
        Histogram seen = new Histogram(3);
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () -> {
                            seen.add(probe.delay().interval(null));
                            return seen.getMaxValue() > STALL_NANOS / 2 && seen.getTotalCount() > 3;
                        });
        return seen.getMaxValue();
    }
}
