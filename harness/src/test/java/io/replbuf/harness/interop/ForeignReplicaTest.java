package io.replbuf.harness.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.moilioncircle.redis.replicator.RedisReplicator;
import com.moilioncircle.redis.replicator.Replicator;
import com.moilioncircle.redis.replicator.cmd.impl.SetCommand;
import com.moilioncircle.redis.replicator.event.PostRdbSyncEvent;
import com.moilioncircle.redis.replicator.rdb.datatype.KeyStringValueString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/** A replica that is no Redis: the library redis-replicator, which tools for migration and for change events are made of. */
class ForeignReplicaTest {
    private static final int KEYS = 500;

    @ParameterizedTest(name = "{0}, diskless {1}")
    @CsvSource({"legacy, no", "legacy, yes", "shared, no", "shared, yes", "aof-psync, yes"})
    void shouldServeRedisReplicatorAndSayInfosStatesInTurn(String strategy, String diskless)
            throws Exception {
        try (Engine engine =
                        Engine.start(
                                "--repl-buffer-strategy", strategy,
                                "--repl-diskless-sync", diskless,
                                "--repl-diskless-sync-delay", "0");
                Jedis client = engine.client()) {
            for (int i = 0; i < KEYS; i++) {
                client.set("before-" + i, "v" + i);
            }
            Map<String, String> seen = new ConcurrentHashMap<>();
            CountDownLatch mayLoadOn = new CountDownLatch(1);
            CountDownLatch loaded = new CountDownLatch(1);
            Replicator replicator =
                    new RedisReplicator(
                            "redis://127.0.0.1:"
                                    + engine.port()
                                    + "?retries=1&heartbeatPeriod=100");
            replicator.addEventListener(
                    (source, event) -> {
                        if (event instanceof KeyStringValueString pair) {
                            hold(mayLoadOn);
                            seen.put(text(pair.getKey()), text(pair.getValue()));
                        } else if (event instanceof SetCommand set) {
                            seen.put(text(set.getKey()), text(set.getValue()));
                        } else if (event instanceof PostRdbSyncEvent) {
                            loaded.countDown();
                        }
                    });
            Thread thread = new Thread(() -> open(replicator), "redis-replicator");
            thread.start();
            try {
                // It has not taken the snapshot to its end, so the stream waits.
                await().until(() -> engine.stat("sync_full") == 1);
                client.set("meanwhile", "1");
                mayLoadOn.countDown();
                assertThat(loaded.await(20, TimeUnit.SECONDS)).isTrue();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> engine.info("slave0").contains("state=online"));
                for (int i = 0; i < KEYS; i++) {
                    client.set("after-" + i, "w" + i);
                }
                await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() == 2 * KEYS + 1);
                assertThat(seen)
                        .containsEntry("before-7", "v7")
                        .containsEntry("meanwhile", "1")
                        .containsEntry("after-499", "w499");
                assertThat(client.waitReplicas(1, 10_000)).isEqualTo(1);
                assertThat(engine.stat("sync_full")).isEqualTo(1);
            } finally {
                replicator.close();
            }
            // It closes its socket behind its next read.
            client.set("last", "1");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> engine.stat("connected_slaves") == 0);
            thread.join(20_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    private static void open(Replicator replicator) {
        try {
            replicator.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
