package io.replbuf.harness.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** A real redis-server follows the engine under each strategy: full resync under load, cuts, resumes, equal digests. */
@Tag("ci")
class RealReplicaTest {
    private static final int WRITES_PER_SECOND = 10_000;

    static List<Arguments> arms() {
        List<Arguments> arms = new ArrayList<>();
        for (String strategy : Engine.STRATEGIES) {
            for (RedisBinary binary : RedisBinary.values()) {
                arms.add(Arguments.of(strategy, binary));
            }
        }
        return arms;
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("arms")
    void shouldKeepARealReplicaEqualThroughFiveCuts(String strategy, RedisBinary binary)
            throws Exception {
        follow(strategy, binary, 5);
    }

    @Tag("soak")
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("arms")
    void shouldKeepARealReplicaEqualThroughTwentyCuts(String strategy, RedisBinary binary)
            throws Exception {
        follow(strategy, binary, 20);
    }

    private static void follow(String strategy, RedisBinary binary, int cuts) throws Exception {
        binary.require();
        try (Engine engine =
                        Engine.start(
                                "--repl-buffer-strategy",
                                strategy,
                                "--repl-diskless-sync-delay",
                                "0",
                                "--repl-backlog-size",
                                "64mb");
                Jedis primary = engine.client();
                SteadyWriter writer = SteadyWriter.start(engine.port(), WRITES_PER_SECOND);
                RealRedis replica =
                        RealRedis.start(
                                binary,
                                "--replicaof",
                                "127.0.0.1",
                                Integer.toString(engine.port()),
                                "--repl-timeout",
                                "20")) {
            await("link up")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> "up".equals(replica.info("master_link_status")));
            assertThat(engine.stat("sync_full")).isEqualTo(1);
            for (int cut = 1; cut <= cuts; cut++) {
                long before = writer.written();
                await("writes between cuts")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> writer.written() > before + 2_000);
                cut(cut, primary, replica);
                int expected = cut;
                await("partial resync " + cut)
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> engine.stat("sync_partial_ok") == expected);
                await("link up")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> "up".equals(replica.info("master_link_status")));
            }
            writer.stop();
            assertThat(writer.failure()).isNull();
            try (Jedis there = replica.client()) {
                // Keys still expire, so the two are compared until one look finds both at the same
                // place.
                await("equal digests; the replica's log: " + replica.log())
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> digest(there).equals(digest(primary)));
            }
            assertThat(engine.stat("sync_full")).isEqualTo(1);
        }
    }

    /** In turn from our side and from the replica's. */
    private static void cut(int number, Jedis primary, RealRedis replica) {
        if (number % 2 == 1) {
            primary.clientKill(new ClientKillParams().type(ClientType.REPLICA));
        } else {
            try (Jedis there = replica.client()) {
                there.clientKill(new ClientKillParams().type(ClientType.MASTER));
            }
        }
    }

    private static String digest(Jedis server) {
        return new String((byte[]) server.sendCommand(() -> "DEBUG".getBytes(), "DIGEST"));
    }
}
