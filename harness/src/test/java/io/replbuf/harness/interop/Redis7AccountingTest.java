package io.replbuf.harness.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;

/**
 * Under {@code repl-buffer-rules redis7} every figure of replication memory is what a redis-server 7.0 says after the same
 * writes, each server with a real replica that has caught up.
 */
class Redis7AccountingTest {
    private static final String[] FIELDS = {
        "mem_total_replication_buffers",
        "mem_replication_backlog",
        "mem_clients_slaves",
        "mem_not_counted_for_evict",
        "repl_backlog_histlen",
        "repl_backlog_first_byte_offset",
        "master_repl_offset",
    };

    private static final Pattern OUTPUT = Pattern.compile(" oll=(\\d+) omem=(\\d+) tot-mem=(\\d+)");

    @Test
    void shouldCountAsRedisDoes() throws Exception {
        String[] common = {
            "--repl-backlog-size", "16kb",
            "--repl-diskless-sync-delay", "0",
            "--repl-ping-replica-period", "3600",
        };
        try (RealRedis redis = RealRedis.start(RedisBinary.V7_0, common);
                Engine engine = Engine.start(redis7(common));
                Jedis theirs = redis.client();
                Jedis ours = engine.client();
                RealRedis theirReplica = replicaOf(redis.port());
                RealRedis ourReplica = replicaOf(engine.port())) {
            awaitLink(theirReplica);
            awaitLink(ourReplica);
            Servers both = new Servers(theirs, ours);
            both.compare("after a full resync", server -> {});
            both.compare("a first write", server -> server.set("a", "b"));
            both.compare(
                    "many small ones",
                    server -> {
                        for (int i = 0; i < 60; i++) {
                            server.set("key:" + i, "v".repeat(10_000));
                        }
                    });
            both.compare("one of 256 KiB", server -> server.set("big", "v".repeat(256 << 10)));
            both.compare(
                    "twenty of 100 kB",
                    server -> {
                        for (int i = 0; i < 20; i++) {
                            server.set("big:" + i, "v".repeat(100_000));
                        }
                    });
            both.compare(
                    "a backlog of 1 MiB",
                    server -> {
                        server.configSet("repl-backlog-size", "1mb");
                        for (int i = 0; i < 80; i++) {
                            server.set("key:" + i, "v".repeat(20_000 + 500 * i));
                        }
                    });
            both.compare(
                    "one of 3 MiB and more writes",
                    server -> {
                        server.configSet("repl-backlog-size", "3mb");
                        for (int i = 0; i < 50; i++) {
                            server.set("big:" + i, "v".repeat(123_456));
                        }
                    });
            both.compare(
                    "a smaller one",
                    server -> {
                        server.configSet("repl-backlog-size", "200kb");
                        server.set("c", "v".repeat(20_000));
                    });
            for (RealRedis replica : new RealRedis[] {theirReplica, ourReplica}) {
                try (Jedis leaving = replica.client()) {
                    leaving.replicaofNoOne();
                }
            }
            both.compare("without the replica", server -> server.set("d", "e"));
        }
    }

    private static String[] redis7(String[] common) {
        String[] directives = java.util.Arrays.copyOf(common, common.length + 4);
        directives[common.length] = "--repl-buffer-strategy";
        directives[common.length + 1] = "shared";
        directives[common.length + 2] = "--repl-buffer-rules";
        directives[common.length + 3] = "redis7";
        return directives;
    }

    private static RealRedis replicaOf(int port) throws Exception {
        return RealRedis.start(
                RedisBinary.V7_0, "--replicaof", "127.0.0.1", Integer.toString(port));
    }

    private static void awaitLink(RealRedis replica) {
        await("link up")
                .atMost(Duration.ofSeconds(30))
                .until(() -> "up".equals(replica.info("master_link_status")));
    }

    private record Servers(Jedis theirs, Jedis ours) {
        void compare(String what, Consumer<Jedis> writes) {
            writes.accept(theirs);
            writes.accept(ours);
            awaitCaughtUp(theirs);
            awaitCaughtUp(ours);
            // Both trim what is left over in their next turns, and move the pins of sends.
            await(what)
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> {
                                SoftAssertions soft = new SoftAssertions();
                                String theirInfo = theirs.info();
                                String ourInfo = ours.info();
                                for (String field : FIELDS) {
                                    soft.assertThat(RealRedis.field(ourInfo, field))
                                            .as(what + ": " + field)
                                            .isEqualTo(RealRedis.field(theirInfo, field));
                                }
                                soft.assertThat(output(ours))
                                        .as(what + ": oll, omem")
                                        .isEqualTo(output(theirs));
                                soft.assertAll();
                            });
        }

        private static void awaitCaughtUp(Jedis server) {
            await("replica caught up")
                    .atMost(Duration.ofSeconds(20))
                    .until(
                            () -> {
                                String info = server.info("replication");
                                String replica = RealRedis.field(info, "slave0");
                                String offset = RealRedis.field(info, "master_repl_offset");
                                return replica == null
                                        || replica.contains("offset=" + offset + ",");
                            });
        }

        /** oll and omem of the replica; tot-mem is that much more than what a client costs by itself. */
        private static String output(Jedis server) {
            Matcher output = OUTPUT.matcher(server.clientList(ClientType.REPLICA));
            if (!output.find()) {
                return "no replica";
            }
            long beside = Long.parseLong(output.group(3)) - Long.parseLong(output.group(2));
            assertThat(beside).as("a client beside its output").isBetween(100L, 100_000L);
            return output.group(1) + ", " + output.group(2);
        }
    }
}
