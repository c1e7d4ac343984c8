package io.replbuf.harness.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.legacy.LegacyBufferFactory;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/**
 * The strategy {@code legacy} beside a real redis-server 6.2 with a replica that has stopped reading: each is fed the same, and
 * what CLIENT LIST says of the one is what the cursor says of the other.
 */
class LegacyAgainstRedis62Test {
    private static final long SEED = Long.getLong("replbuf.seed", System.nanoTime());
    private static final int RING = 1 << 20;
    private static final Executor LOOP = Runnable::run;

    private final Extents extents = new Extents(4L * Extent.BYTES, null);
    private final Account account = new Accountant().account(Owner.REPLICATION);
    private final ReplicationBuffer buffer =
            new LegacyBufferFactory()
                    .create(
                            new BufferContext(
                                    System::nanoTime,
                                    extents,
                                    account,
                                    LOOP,
                                    null,
                                    1,
                                    RING,
                                    Map.of()));

    @AfterEach
    void everythingIsBack() {
        buffer.close();
        assertThat(account.bytes()).isZero();
        extents.close();
    }

    @Test
    void shouldCountTheReplyListAsRedisDoes() throws Exception {
        try (RealRedis redis = redis("0");
                Jedis jedis = redis.client();
                Socket replica = stalledReplica(redis)) {
            assertThat(replica.isConnected()).isTrue();
            ReplicaCursor cursor = buffer.open(1, CursorRole.REPLICA, LOOP);
            // Until the socket is full; the array then has the write that did not fit, all of it.
            while (field(jedis, "obl") == 0) {
                jedis.set("k", "x".repeat(8_000));
            }
            assertThat(field(jedis, "oll")).isZero();
            buffer.feed(ByteBuffer.allocate((int) field(jedis, "obl")));

            Random random = new Random(SEED);
            for (int i = 0; i < 200; i++) {
                int length =
                        random.nextInt(10) == 0 ? random.nextInt(90_000) : random.nextInt(6_000);
                String value = "x".repeat(length);
                jedis.set("k", value);
                feedAsRedisDoes("SET", "k", value);
                String step = "seed " + SEED + ", write " + i + " of " + length + " bytes";
                assertThat(cursor.outputBlocks()).as(step).isEqualTo((int) field(jedis, "oll"));
                assertThat(cursor.outputBytes()).as(step).isEqualTo(field(jedis, "omem"));
            }
        }
    }

    @Test
    void shouldHaveARingFromTheFirstReplicaOnAndLoseItsContentWithItsSize() throws Exception {
        try (RealRedis redis = redis("0");
                Jedis jedis = redis.client()) {
            assertThat(info(jedis, "mem_replication_backlog")).isZero();
            try (Socket replica = stalledReplica(redis)) {
                assertThat(replica.isConnected()).isTrue();
                assertThat(info(jedis, "mem_replication_backlog")).isEqualTo(RING);
                buffer.open(1, CursorRole.REPLICA, LOOP);
                assertThat(account.bytes()).isGreaterThan(RING);

                jedis.set("k", "x".repeat(1_000));
                feedAsRedisDoes("SET", "k", "x".repeat(1_000));
                assertThat(info(jedis, "repl_backlog_histlen")).isPositive();

                jedis.configSet("repl-backlog-size", Integer.toString(2 * RING));
                buffer.resizeBacklog(2 * RING);
                assertThat(info(jedis, "mem_replication_backlog")).isEqualTo(2 * RING);
                assertThat(info(jedis, "repl_backlog_histlen")).as("6.2's history").isZero();
                assertThat(buffer.coverage().bytes()).as("ours").isZero();

                jedis.configSet("repl-backlog-size", "1");
                buffer.resizeBacklog(1);
                buffer.feed(ByteBuffer.allocate(100_000));
                assertThat(info(jedis, "mem_replication_backlog")).isEqualTo(16_384);
                assertThat(buffer.coverage().bytes()).isEqualTo(16_384);
            }
        }
    }

    /** Far below the backlog, where 7.0 would let it live: one chunk is enough. */
    @Test
    void shouldDropAtAHardLimitBelowTheBacklog() throws Exception {
        int hard = 20_504;
        try (RealRedis redis = redis(Integer.toString(hard));
                Jedis jedis = redis.client();
                Socket replica = stalledReplica(redis)) {
            assertThat(replica.isConnected()).isTrue();
            while (field(jedis, "obl") == 0) {
                jedis.set("k", "x".repeat(8_000));
            }
            jedis.set("k", "x".repeat(16_000));
            await("the replica is dropped").until(() -> line(jedis) == null);
            assertThat(buffer.limit(new LimitConfig(hard, 0, 0)).judge(hard, -1))
                    .isEqualTo(Verdict.KILL);
        }
    }

    private static RealRedis redis(String hardLimit) throws Exception {
        // No PING of the server's own comes in between.
        return RealRedis.start(
                RedisBinary.V6_2,
                "--repl-ping-replica-period",
                "3600",
                "--client-output-buffer-limit",
                "replica",
                hardLimit,
                "0",
                "0");
    }

    /** Takes its snapshot, and from then on nothing. */
    private static Socket stalledReplica(RealRedis redis) throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress("127.0.0.1", redis.port()));
        socket.getOutputStream().write("PSYNC ? -1\r\n".getBytes(US_ASCII));
        InputStream in = socket.getInputStream();
        assertThat(line(in)).startsWith("+FULLRESYNC");
        String length = line(in);
        while (length.isEmpty()) {
            length = line(in);
        }
        in.readNBytes(Integer.parseInt(length.substring(1)));
        await("the replica is online").until(() -> redis.info("slave0").contains("state=online"));
        return socket;
    }

    private static String line(InputStream in) throws Exception {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            assertThat(c).as("the connection's end after \"" + line + '"').isNotNegative();
            line.append((char) c);
        }
        return line.toString().strip();
    }

    /** 6.2 adds header, length, argument and line end to the output one by one, and each fits the array or does not. */
    private void feedAsRedisDoes(String... arguments) {
        feed("*" + arguments.length + "\r\n");
        for (String argument : arguments) {
            feed("$" + argument.length() + "\r\n");
            if (!argument.isEmpty()) {
                feed(argument);
            }
            feed("\r\n");
        }
    }

    private void feed(String text) {
        buffer.feed(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    private static long field(Jedis jedis, String name) {
        String line = line(jedis);
        assertThat(line).as("the replica's line of CLIENT LIST").isNotNull();
        for (String pair : line.split(" ")) {
            if (pair.startsWith(name + "=")) {
                return Long.parseLong(pair.substring(name.length() + 1));
            }
        }
        throw new AssertionError(name + " in " + line);
    }

    private static String line(Jedis jedis) {
        byte[] list =
                (byte[]) jedis.sendCommand(Protocol.Command.CLIENT, "LIST", "TYPE", "replica");
        return list.length == 0 ? null : new String(list, US_ASCII);
    }

    private static long info(Jedis jedis, String field) {
        return Long.parseLong(RealRedis.field(jedis.info("all"), field));
    }
}
