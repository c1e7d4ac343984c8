package io.replbuf.harness.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/**
 * A real replica stands still beyond the output limit, is dropped and comes back: with a grace lease it continues, although what its
 * socket had taken is lost and its place is far below the backlog; without one it starts all over.
 */
class GraceLeaseReplicaTest {
    private static final String SLEEP_SECONDS = "2";

    @ParameterizedTest
    @CsvSource({"30, 1, 1", "0, 0, 2"})
    void shouldContinueADroppedReplicaWhereItsPlaceWasKept(
            String graceSeconds, long partials, long fulls) throws Exception {
        try (Engine engine =
                        Engine.start(
                                "--repl-buffer-strategy",
                                "shared",
                                "--repl-buffer-grace-seconds",
                                graceSeconds,
                                "--repl-backlog-size",
                                "64kb",
                                "--client-output-buffer-limit",
                                "replica 4mb 0 0",
                                // At the limit, and not at what is written in another 100 ms.
                                "--repl-buffer-limit-patience-millis",
                                "0",
                                "--repl-diskless-sync-delay",
                                "0");
                Jedis primary = engine.client();
                RealRedis replica =
                        RealRedis.start(
                                RedisBinary.V7_0,
                                "--replicaof",
                                "127.0.0.1",
                                Integer.toString(engine.port()));
                Jedis there = replica.client()) {
            awaitEqual(primary, replica);
            CompletableFuture<Object> asleep = sleep(replica);
            writeUntilDropped(engine, primary);
            primary.set("key", "last");
            assertThat(engine.stat("repl_buffer_limit_disconnections")).isEqualTo(1);
            assertThat(engine.stat("repl_buffer_leases")).isEqualTo(partials);
            assertThat(engine.stat("repl_buffer_leased_bytes"))
                    .isBetween(partials * (3 << 20), partials * (40 << 20));

            asleep.join();
            awaitEqual(primary, replica);
            assertThat(engine.stat("sync_full")).isEqualTo(fulls);
            assertThat(engine.stat("sync_partial_ok")).isEqualTo(partials);
            assertThat(engine.stat("repl_buffer_limit_disconnections"))
                    .as("not dropped again as it caught up")
                    .isEqualTo(1);
            assertThat(there.get("key")).isEqualTo("last");
            await("the bytes are given up")
                    .atMost(Duration.ofSeconds(10))
                    .until(
                            () ->
                                    engine.stat("repl_buffer_leases") == 0
                                            && engine.stat("repl_buffer_leased_bytes") == 0);
        }
    }

    /** Its bytes are what was wanted: nothing is kept, and the next laggard does not find the memory taken. */
    @Test
    void shouldKeepNothingForAReplicaThatGoesForWantOfMemory() throws Exception {
        try (Engine engine =
                        Engine.start(
                                "--repl-buffer-strategy",
                                "shared",
                                "--repl-buffer-grace-seconds",
                                "30",
                                "--repl-buffer-max-memory",
                                "64mb",
                                "--client-output-buffer-limit",
                                "replica 0 0 0",
                                "--repl-diskless-sync-delay",
                                "0");
                Jedis primary = engine.client();
                RealRedis replica =
                        RealRedis.start(
                                RedisBinary.V7_0,
                                "--replicaof",
                                "127.0.0.1",
                                Integer.toString(engine.port()))) {
            awaitEqual(primary, replica);
            CompletableFuture<Object> asleep = sleep(replica);
            writeUntilDropped(engine, primary);
            assertThat(engine.stat("repl_buffer_limit_disconnections")).isEqualTo(1);
            assertThat(engine.stat("repl_buffer_leases")).isZero();
            asleep.join();
            awaitEqual(primary, replica);
        }
    }

    private static CompletableFuture<Object> sleep(RealRedis replica) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (Jedis sleeping = replica.client()) {
                        return sleeping.sendCommand(
                                () -> "DEBUG".getBytes(), "SLEEP", SLEEP_SECONDS);
                    }
                });
    }

    private static void writeUntilDropped(Engine engine, Jedis primary) {
        String value = "v".repeat(500_000);
        await("dropped")
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            for (int i = 0; i < 4; i++) {
                                primary.set("key", value);
                            }
                            return engine.stat("connected_slaves") == 0;
                        });
    }

    private static void awaitEqual(Jedis primary, RealRedis replica) {
        await("equal digests; the replica's log: " + replica.log())
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            try (Jedis there = replica.client()) {
                                return "up".equals(replica.info("master_link_status"))
                                        && digest(there).equals(digest(primary));
                            }
                        });
    }

    private static String digest(Jedis server) {
        return new String((byte[]) server.sendCommand(() -> "DEBUG".getBytes(), "DIGEST"));
    }
}
