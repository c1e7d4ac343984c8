package io.replbuf.harness.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replbuf.harness.load.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** The simulator against a real redis-server: what it calls a resync must be what Redis counts as one. */
@Tag("ci")
class ReplicaFleetRedisTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir Path folder;
    private RealRedis redis;
    private ReplicaFleet fleet;

    @AfterEach
    void stop() {
        if (fleet != null) {
            fleet.close();
        }
        if (redis != null) {
            redis.close();
        }
    }

    private void start(Transport transport, int replicas, String... directives) throws IOException {
        redis = RealRedis.start(folder, directives);
        write(500);
        fleet = new ReplicaFleet(redis.address(), null, ReplicaProbe.NONE, null, transport);
        fleet.addControl(29_999, 1);
        for (int i = 0; i < replicas; i++) {
            fleet.add(ReplicaOptions.plain(i, 30_000 + i)).connect();
        }
        await().atMost(LIMIT).until(() -> fleet.counts().streaming() == replicas);
    }

    private void write(int kilobytes) {
        Random random = new Random(7);
        byte[] value = new byte[1024];
        try (Jedis client = redis.client()) {
            Pipeline pipeline = client.pipelined();
            for (int i = 0; i < kilobytes; i++) {
                random.nextBytes(value);
                pipeline.set(("key:" + i % 1000).getBytes(), value);
                if (i % 500 == 499) {
                    pipeline.sync();
                }
            }
            pipeline.sync();
        }
    }

    /** Until then the primary's offset is not known here, and the control replica's lag may pin more than the backlog. */
    private void controlHasAll() {
        await().atMost(LIMIT).until(() -> fleet.control().offset() == redis.offset());
    }

    private void drained() {
        await().atMost(LIMIT).until(() -> fleet.haveAll(redis.offset()));
        fleet.settle();
        assertThat(fleet.counts().mismatches()).isZero();
        assertThat(fleet.counts().gaps()).isZero();
        assertThat(fleet.counts().firstProtocolError()).isNull();
        assertThat(fleet.truth().intact()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void shouldFollowByFullResyncAndReadTheVeryStream(Transport transport) throws IOException {
        start(transport, 8, "--repl-diskless-sync", "yes");
        write(5_000);
        drained();
        assertThat(fleet.counts().checkedChunks()).isGreaterThan(8 * 1_000);
        assertThat(fleet.ledger())
                .hasSize(8)
                .allMatch(r -> r.kind() == ResyncRecord.Kind.FULL && r.complete());
        assertThat(redis.info("stats", "sync_full")).isEqualTo("9");
    }

    @Test
    void shouldTakeASnapshotOfKnownLengthFromDisk() throws IOException {
        start(Transport.best(), 3, "--repl-diskless-sync", "no");
        write(2_000);
        drained();
        assertThat(fleet.ledger()).hasSize(3).allMatch(r -> r.bytes() > 500_000);
    }

    @Test
    void shouldResumeWhereItStoppedAfterEveryKindOfCut() throws IOException {
        start(Transport.best(), 4, "--repl-backlog-size", "20mb");
        for (int round = 0; round < 5; round++) {
            SimulatedReplica first = fleet.replicas().get(0);
            SimulatedReplica second = fleet.replicas().get(1);
            first.disconnect();
            second.resetPeer();
            write(1_000);
            controlHasAll();
            first.connect();
            second.connect();
            await().atMost(LIMIT).until(() -> fleet.counts().streaming() == 4);
        }
        drained();
        assertThat(redis.info("stats", "sync_partial_ok")).isEqualTo("10");
        await().atMost(LIMIT).until(() -> fleet.ledger().size() == 14);
        List<ResyncRecord> partial =
                fleet.ledger().stream().filter(r -> r.kind() == ResyncRecord.Kind.PARTIAL).toList();
        assertThat(partial)
                .hasSize(10)
                .allMatch(r -> r.source() == ResyncRecord.Source.MEMORY)
                .allMatch(
                        r ->
                                r.missingBytes() > 500_000
                                        && r.outageMillis() > 0
                                        && r.startOffset() == r.requestedOffset())
                .anyMatch(r -> r.cause().equals("reset-peer"))
                .anyMatch(r -> r.cause().equals("disconnect"));
    }

    @Test
    void shouldTakeAFullResyncWhenTheBacklogNoLongerReachesBack() throws IOException {
        start(Transport.best(), 2, "--repl-backlog-size", "1mb");
        SimulatedReplica away = fleet.replicas().get(0);
        away.disconnect();
        await().atMost(LIMIT)
                .until(() -> redis.info("replication", "connected_slaves").equals("2"));
        write(4_000);
        // Replicas that lag for a moment pin more than the backlog; trimming follows when they have
        // caught up.
        await().atMost(LIMIT)
                .until(
                        () ->
                                Long.parseLong(
                                                redis.info(
                                                        "replication",
                                                        "repl_backlog_first_byte_offset"))
                                        > away.offset() + 1);
        controlHasAll();
        away.connect();
        drained();
        await().atMost(LIMIT).until(() -> fleet.ledger().size() == 3);
        ResyncRecord last = fleet.ledger().get(2);
        assertThat(last.kind()).isEqualTo(ResyncRecord.Kind.FULL);
        assertThat(last.cause()).isEqualTo("disconnect");
        assertThat(last.missingBytes()).isGreaterThan(4_000_000);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void shouldHoldThePrimaryUpWhileItsReaderIsPaused(Transport transport) throws IOException {
        start(
                transport,
                2,
                "--client-output-buffer-limit",
                "replica 0 0 0",
                "--repl-backlog-size",
                "1mb");
        SimulatedReplica paused = fleet.replicas().get(0);
        paused.pauseReader();
        write(30_000);
        long stuckAt = paused.offset();
        // What a paused reader leaves in the kernels' buffers is small: the primary holds the rest.
        assertThat(Long.parseLong(redis.info("memory", "mem_total_replication_buffers")))
                .isGreaterThan(20_000_000);
        assertThat(redis.offset() - stuckAt).isGreaterThan(25_000_000);
        paused.resumeReader();
        drained();
        assertThat(fleet.ledger()).hasSize(2);
    }

    @Test
    void shouldReadNoFasterThanTold() throws IOException {
        start(Transport.best(), 1, "--client-output-buffer-limit", "replica 0 0 0");
        SimulatedReplica slow = fleet.replicas().get(0);
        long before = slow.offset();
        long start = System.nanoTime();
        slow.slowReader(2_000_000);
        write(6_000);
        await().atMost(LIMIT).until(() -> slow.offset() == redis.offset());
        double seconds = (System.nanoTime() - start) / 1e9;
        // A lower bound only: however busy the machine, a limit may never be exceeded by more than
        // its burst.
        assertThat((slow.offset() - before) / seconds).isLessThan(2_200_000);
        drained();
    }

    @Test
    void shouldBeKilledByTheOutputLimitAndComeBack() throws IOException {
        start(
                Transport.best(),
                2,
                "--client-output-buffer-limit",
                "replica 8mb 0 0",
                "--repl-backlog-size",
                "1mb");
        SimulatedReplica paused = fleet.replicas().get(1);
        paused.pauseReader();
        for (int i = 0; i < 20; i++) {
            // In steps, so that no other replica falls behind by the limit.
            write(1_000);
            controlHasAll();
            await().atMost(LIMIT)
                    .until(() -> fleet.replicas().get(0).offset() >= fleet.control().offset());
        }
        await().atMost(LIMIT)
                .until(() -> redis.info("replication", "connected_slaves").equals("2"));
        paused.resumeReader();
        drained();
        await().atMost(LIMIT).until(() -> fleet.ledger().size() == 3);
        assertThat(fleet.ledger().get(2).kind()).isEqualTo(ResyncRecord.Kind.FULL);
        assertThat(fleet.ledger().get(2).cause()).isEqualTo("closed");
    }

    @Test
    void shouldAnswerGetAckWithTheOffsetBeforeIt() throws IOException {
        start(Transport.best(), 3);
        try (Jedis client = redis.client()) {
            client.set("a", "b");
            // Replicas acknowledge by themselves only once a second: an answer within 300 ms comes
            // from GETACK.
            assertThat(client.waitReplicas(4, 0)).isEqualTo(4);
        }
        drained();
    }

    @Test
    void shouldDelayTheStreamByTheLatencyOfItsLinkWithoutLosingAByte() throws IOException {
        redis = RealRedis.start(folder);
        write(100);
        fleet = new ReplicaFleet(redis.address(), null, ReplicaProbe.NONE, null, Transport.best());
        fleet.addControl(29_999, 1);
        SimulatedReplica far =
                fleet.add(
                        new ReplicaOptions(
                                0,
                                30_000,
                                64 << 10,
                                50_000_000,
                                20_000_000,
                                50_000_000,
                                100_000_000,
                                1));
        far.connect();
        await().atMost(LIMIT).until(() -> far.state() == SimulatedReplica.State.STREAMING);
        write(3_000);
        drained();
        // Four round trips of 40 ms: connect is not delayed, PING, REPLCONF, PSYNC and the
        // snapshot's ACK are.
        assertThat(fleet.counts().checkedChunks()).isGreaterThan(500);
    }

    @Test
    void shouldCountAJoinAsANewReplica() throws IOException {
        start(Transport.best(), 1);
        SimulatedReplica replica = fleet.replicas().get(0);
        replica.leave();
        await().atMost(LIMIT)
                .until(() -> redis.info("replication", "connected_slaves").equals("1"));
        write(10);
        replica.join();
        await().atMost(LIMIT).until(() -> fleet.counts().streaming() == 1);
        drained();
        await().atMost(LIMIT).until(() -> fleet.ledger().size() == 2);
        ResyncRecord join = fleet.ledger().get(1);
        assertThat(join.cause()).isEqualTo("join");
        assertThat(join.kind()).isEqualTo(ResyncRecord.Kind.FULL);
        assertThat(join.requestedOffset()).isEqualTo(-1);
    }
}
