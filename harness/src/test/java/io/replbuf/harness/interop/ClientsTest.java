package io.replbuf.harness.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/** The clients and tools that people use, unchanged. */
class ClientsTest {
    @Test
    void shouldServeJedis() throws Exception {
        try (Engine engine = Engine.start();
                Jedis jedis = engine.client()) {
            assertThat(jedis.set("a", "1")).isEqualTo("OK");
            assertThat(jedis.incrBy("a", 41)).isEqualTo(42);
            assertThat(jedis.get("a")).isEqualTo("42");
            jedis.mset("b", "2", "c", "3");
            assertThat(jedis.mget("a", "b", "nothing")).containsExactly("42", "2", null);
            jedis.expire("b", 100);
            assertThat(jedis.ttl("b")).isBetween(90L, 100L);
            Transaction transaction = jedis.multi();
            transaction.append("a", "!");
            transaction.strlen("a");
            assertThat(transaction.exec()).containsExactly(3L, 3L);
            List<String> seen = new ArrayList<>();
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> page = jedis.scan(cursor, new ScanParams().count(1));
                seen.addAll(page.getResult());
                cursor = page.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
            assertThat(seen).contains("a", "b", "c");
            assertThat(jedis.configGet("repl-buffer-strategy"))
                    .containsEntry("repl-buffer-strategy", "shared");
            assertThat(jedis.info("replication")).contains("role:master");
        }
    }

    @Test
    void shouldServeLettuceWhichGreetsByHello3() throws Exception {
        try (Engine engine = Engine.start()) {
            RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", engine.port()));
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                assertThat(connection.sync().set("k", "v")).isEqualTo("OK");
                assertThat(connection.sync().get("k")).isEqualTo("v");
                RedisAsyncCommands<String, String> async = connection.async();
                List<Future<Long>> increments = new ArrayList<>();
                for (int i = 0; i < 1_000; i++) {
                    increments.add(async.incr("counter"));
                }
                assertThat(increments.get(999).get(10, TimeUnit.SECONDS)).isEqualTo(1_000);
            } finally {
                client.shutdown(0, 2, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void shouldServeRedisCli() throws Exception {
        try (Engine engine = Engine.start()) {
            String port = Integer.toString(engine.port());
            assertThat(RealTool.run("redis-cli", "-p", port, "SET", "k", "v")).isEqualTo("OK\n");
            assertThat(RealTool.run("redis-cli", "-p", port, "GET", "k")).isEqualTo("v\n");
            assertThat(RealTool.run("redis-cli", "-p", port, "INFO", "server"))
                    .contains("redis_version:7.");
            assertThat(RealTool.run("redis-cli", "-p", port, "NOSUCH", "x"))
                    .startsWith("ERR unknown command 'NOSUCH', with args beginning with: 'x'");
        }
    }

    @Test
    void shouldServeRedisBenchmark() throws Exception {
        try (Engine engine = Engine.start()) {
            String output =
                    RealTool.run(
                            "redis-benchmark",
                            "-p",
                            Integer.toString(engine.port()),
                            "-t",
                            "set,get,incr,mset",
                            "-n",
                            "20000",
                            "-P",
                            "16",
                            "--csv");
            assertThat(output)
                    .contains("\"SET\"")
                    .contains("\"GET\"")
                    .contains("\"INCR\"")
                    .contains("\"MSET (10 keys)\"");
            assertThat(engine.stat("total_error_replies")).isZero();
        }
    }
}
