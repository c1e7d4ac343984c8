package io.replbuf.harness.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replbuf.harness.load.Transport;
import io.replbuf.harness.replica.FleetCounts;
import io.replbuf.harness.replica.ReplicaFleet;
import io.replbuf.harness.replica.ReplicaOptions;
import io.replbuf.harness.replica.ReplicaProbe;
import io.replbuf.harness.replica.SimulatedReplica;
import io.replbuf.harness.replica.TapTruth;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many replicas at once, each byte of their streams compared with the tap on the primary's. */
@Tag("ci")
class StormTest {
    private static final int FIRST_PORT = 20_000;

    @TempDir Path dir;

    static String[] strategies() {
        return Engine.STRATEGIES;
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void shouldLoseNoByteWhileSixtyFourReplicasAreCutAtRandom(String strategy) throws Exception {
        cutAtRandom(strategy, Duration.ofSeconds(8));
    }

    @Tag("soak")
    @ParameterizedTest
    @MethodSource("strategies")
    void shouldLoseNoByteWhileSixtyFourReplicasAreCutAtRandomForAMinute(String strategy)
            throws Exception {
        cutAtRandom(strategy, Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void shouldShareOneSnapshotAmongThirtyTwoWhoJoinAtOnceDuringWrites(String strategy)
            throws Exception {
        Path tap = dir.resolve("tap");
        try (Engine engine =
                        Engine.start(
                                "--repl-buffer-strategy",
                                strategy,
                                "--repl-diskless-sync-delay",
                                "1",
                                "--repl-buffer-tap",
                                tap.toString());
                SteadyWriter writer = SteadyWriter.start(engine.port(), 5_000);
                ReplicaFleet fleet = fleet(engine, tap)) {
            for (int i = 0; i < 32; i++) {
                fleet.add(ReplicaOptions.plain(i, FIRST_PORT + i)).join();
            }
            await("32 streaming")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> fleet.counts().streaming() == 32);
            assertThat(engine.stat("total_forks")).as("snapshots taken").isEqualTo(1);
            assertThat(engine.stat("sync_full")).isEqualTo(32);
            // Chunks to compare: however soon all stream, each has some behind the snapshot.
            long streaming = engine.stat("master_repl_offset");
            await("a stream for all")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> engine.stat("master_repl_offset") >= streaming + (64 << 10));
            settle(engine, writer, fleet);
        }
    }

    private void cutAtRandom(String strategy, Duration length) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path tap = dir.resolve("tap");
        try (Engine engine =
                        Engine.start(
                                "--repl-buffer-strategy",
                                strategy,
                                "--repl-diskless-sync-delay",
                                "0",
                                "--repl-backlog-size",
                                "8mb",
                                "--repl-buffer-tap",
                                tap.toString());
                SteadyWriter writer = SteadyWriter.start(engine.port(), 10_000);
                ReplicaFleet fleet = fleet(engine, tap)) {
            for (int i = 0; i < 64; i++) {
                fleet.add(ReplicaOptions.plain(i, FIRST_PORT + i)).join();
            }
            await("64 streaming")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> fleet.counts().streaming() == 64);
            long end = System.nanoTime() + length.toNanos();
            long cuts = 0;
            while (System.nanoTime() < end) {
                SimulatedReplica replica = fleet.replicas().get(random.nextInt(64));
                if (random.nextBoolean()) {
                    replica.disconnect();
                } else {
                    replica.resetPeer();
                }
                replica.connect();
                cuts++;
                // 64 cuts a second: the rhythm of the storm, not a wait for a condition.
                LockSupport.parkNanos(1_000_000_000L / 64);
            }
            assertThat(cuts).as("seed %d", seed).isGreaterThan(length.toSeconds() * 20);
            settle(engine, writer, fleet);
            assertThat(engine.stat("sync_partial_ok")).as("seed %d", seed).isGreaterThan(cuts / 4);
        }
    }

    /** Everybody caught up, every chunk compared, no thread dead, and all memory back when the replicas have left. */
    private static void settle(Engine engine, SteadyWriter writer, ReplicaFleet fleet)
            throws Exception {
        writer.stop();
        assertThat(writer.failure()).isNull();
        await("caught up")
                .atMost(Duration.ofSeconds(60))
                .failFast("fleet", () -> assertThat(fleet.counts().mismatches()).isZero())
                .until(() -> fleet.haveAll(Long.parseLong(engine.info("master_repl_offset"))));
        fleet.settle();
        FleetCounts counts = fleet.counts();
        assertThat(counts.mismatches()).as("chunks that differ from the tap").isZero();
        assertThat(counts.gaps()).isZero();
        assertThat(counts.protocolErrors()).as(counts.firstProtocolError()).isZero();
        assertThat(counts.checkedChunks()).isGreaterThan(fleet.replicas().size());
        assertThat(engine.stat("repl_buffer_task_failures")).isZero();
        fleet.replicas().forEach(SimulatedReplica::leave);
        await("all sessions gone")
                .atMost(Duration.ofSeconds(20))
                .until(() -> engine.stat("connected_slaves") == 0);
        await("all cursors gone")
                .atMost(Duration.ofSeconds(20))
                .until(
                        () ->
                                engine.stat("repl_buffer_cursors") <= engine.logCursors()
                                        && engine.stat("repl_buffer_retired_bytes") == 0);
    }

    private static ReplicaFleet fleet(Engine engine, Path tap) throws Exception {
        ReplicaProbe probe =
                new ReplicaProbe() {
                    @Override
                    public long primaryOffset() {
                        return -1;
                    }

                    @Override
                    public long fileBytes(int listeningPort) {
                        return 0;
                    }

                    @Override
                    public String closeCause(int listeningPort, long lagBytes) {
                        return "closed";
                    }
                };
        return new ReplicaFleet(
                new InetSocketAddress("127.0.0.1", engine.port()),
                null,
                probe,
                new TapTruth(tap),
                Transport.best());
    }
}
