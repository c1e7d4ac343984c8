package io.replbuf.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.memory.Extent;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StringCommandsTest {
    private static final String OK = "+OK\r\n";

    @Test
    void shouldReportAnExpiredKeyBeforeTheCommandThatFoundIt() {
        try (CommandDesk desk = new CommandDesk()) {
            desk.run("set k v px 100");
            desk.now += 100;
            assertThat(desk.run("get k")).isEqualTo("$1\r\nv\r\n");
            desk.now += 1;
            assertThat(desk.run("append k new")).isEqualTo(":3\r\n");
            assertThat(desk.stream()).containsExactly("DEL k", "append k new");
            assertThat(desk.keyspace.expiredKeys()).isEqualTo(1);
            assertThat(desk.run("ttl k")).isEqualTo(":-1\r\n");
        }
    }

    @Test
    void shouldDeleteExpiredKeysThatNobodyAsksFor() {
        try (CommandDesk desk = new CommandDesk()) {
            for (int i = 0; i < 3000; i++) {
                desk.db = i % 3;
                desk.run("set", "k" + i, "v", "px", Integer.toString(1 + i % 10));
                desk.run("set", "stays" + i, "v");
            }
            desk.now += 5;
            desk.effects.begin(new byte[0][]);
            int deleted =
                    desk.keyspace.activeExpire(desk.now, 100_000, Long.MAX_VALUE, desk.effects);
            assertThat(deleted).isEqualTo(1200);
            assertThat(desk.stream()).hasSize(1200).contains("DEL k3");
            assertThat(desk.keyspace.expires(0)).isEqualTo(600);
            assertThat(desk.keyspace.avgTtlMillis(0)).isBetween(0L, 10L);
            desk.now += 100;
            desk.keyspace.setActiveExpire(false);
            assertThat(desk.keyspace.activeExpire(desk.now, 100_000, Long.MAX_VALUE, desk.effects))
                    .isZero();
            desk.keyspace.setActiveExpire(true);
            assertThat(desk.keyspace.activeExpire(desk.now, 10, Long.MAX_VALUE, desk.effects))
                    .isLessThan(100);
            while (desk.keyspace.activeExpire(desk.now, 1000, Long.MAX_VALUE, desk.effects) > 0) {
                // A bounded number of keys a call.
            }
            assertThat(desk.keyspace.keyCount()).isEqualTo(3000);
            assertThat(desk.keyspace.expires(1)).isZero();
        }
    }

    @Test
    void shouldChangeLongValuesAsAPlainStringWould() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (CommandDesk desk = new CommandDesk()) {
            StringBuilder model = new StringBuilder();
            for (int i = 0; i < 150; i++) {
                Cut cut = random.nextInt(3) == 0 ? desk.keyspace.beginCut() : null;
                String piece = ("<" + i + ">").repeat(random.nextInt(1 << random.nextInt(17)));
                if (random.nextBoolean()) {
                    desk.run("append", "k", piece);
                    model.append(piece);
                } else if (!piece.isEmpty()) {
                    int at = random.nextInt(model.length() + 100_000);
                    desk.run("setrange", "k", Integer.toString(at), piece);
                    model.setLength(Math.max(model.length(), at + piece.length()));
                    model.replace(at, at + piece.length(), piece);
                }
                if (random.nextInt(30) == 0) {
                    desk.run("rename k r");
                    desk.run("copy r k");
                    desk.run("del r");
                }
                int from = random.nextInt(model.length() + 1);
                int to = from + random.nextInt(200_000);
                String expected = model.substring(from, Math.min(model.length(), to + 1));
                assertThat(desk.run("getrange", "k", "" + from, "" + to).equals(bulk(expected)))
                        .as("range, seed %dL, step %d", seed, i)
                        .isTrue();
                if (cut != null) {
                    cut.close();
                }
            }
            assertThat(model.length()).isGreaterThan(RecordLayout.INLINE_BYTES_MAX);
            assertThat(desk.run("get k").equals(bulk(model.toString())))
                    .as("seed %dL", seed)
                    .isTrue();
            desk.run("set k short");
            while (desk.keyspace.rehashStep(1_000_000)) {
                // Until what the cuts left is freed.
            }
            assertThat(desk.kept()).isZero();
            assertThat(desk.charged()).isLessThan(1000);
        }
    }

    @Test
    void shouldChangeNothingWhenMemoryIsFull() {
        try (CommandDesk desk = new CommandDesk(Extent.BYTES)) {
            desk.run("mset a old b 12");
            desk.run("set t v px 100000");
            String big = "x".repeat(3 << 20);
            int fill = 0;
            try {
                while (true) {
                    desk.run("set", "fill" + fill, big);
                    fill++;
                }
            } catch (KeyspaceFullException e) {
                assertThat(fill).isGreaterThan(8);
            }
            long charged = desk.charged();
            for (String command :
                    new String[] {
                        "set a " + big,
                        "append a " + big,
                        "setrange a 3000000 x",
                        "mset a 1 n1 1 b " + big,
                        "getset a " + big,
                        "set a " + big + " get",
                        "msetnx n1 1 n2 " + big,
                        "copy fill1 fillx"
                    }) {
                String word = command.substring(0, Math.min(30, command.length()));
                assertThatThrownBy(() -> desk.run(command))
                        .as(word)
                        .isInstanceOf(KeyspaceFullException.class);
                assertThat(desk.stream()).as(word).isEmpty();
            }
            assertThat(desk.charged()).isEqualTo(charged);
            assertThat(desk.run("mget a b n1 n2 fillx"))
                    .isEqualTo("*5\r\n$3\r\nold\r\n$2\r\n12\r\n$-1\r\n$-1\r\n$-1\r\n");
            assertThat(desk.run("del fill0")).isEqualTo(":1\r\n");
            assertThat(desk.run("set", "a", big)).isEqualTo(OK);
        }
    }

    @Test
    void shouldChargeNothingForASetInPlace() {
        try (CommandDesk desk = new CommandDesk()) {
            desk.run("set", "k", "v".repeat(100));
            long charged = desk.charged();
            for (int i = 0; i < 1000; i++) {
                desk.run("set", "k", "w".repeat(98 + i % 5));
                desk.run("incr n");
            }
            assertThat(desk.charged() - charged)
                    .isEqualTo(RecordMemory.capacityFor(RecordLayout.KEY + 1 + 4));
        }
    }

    @Test
    void shouldServeLoadersAndDebugCommandsByPut() {
        try (CommandDesk desk = new CommandDesk()) {
            desk.keyspace.expand(0, 100_000);
            long charged = desk.charged();
            desk.keyspace.put(
                    0, "k".getBytes(), ByteBuffer.wrap("value".getBytes()), desk.now + 10);
            desk.keyspace.put(0, "big".getBytes(), ByteBuffer.allocateDirect(5 << 20), -1);
            assertThat(desk.run("get k")).isEqualTo(bulk("value"));
            assertThat(desk.run("pttl k")).isEqualTo(":10\r\n");
            assertThat(desk.run("strlen big")).isEqualTo(":" + (5 << 20) + "\r\n");
            assertThat(desk.keyspace.contains(0, "k".getBytes())).isTrue();
            assertThat(desk.keyspace.contains(1, "k".getBytes())).isFalse();
            assertThat(desk.keyspace.usageBytes(0, "big".getBytes())).isBetween(5L << 20, 6L << 20);
            assertThat(desk.charged() - charged).isGreaterThan(5 << 20);
            assertThat(desk.keyspace.hits()).isEqualTo(3);
        }
    }

    @Test
    void shouldTakeKeysOfAnyLengthUpToTheLimit() {
        try (CommandDesk desk = new CommandDesk()) {
            String key = "k".repeat(RecordLayout.KEY_BYTES_MAX);
            assertThat(desk.run("set", key, "12")).isEqualTo(OK);
            assertThat(desk.run("incr", key)).isEqualTo(":13\r\n");
            assertThat(desk.run("set", key + "k", "v")).startsWith("-ERR key length: ");
            assertThat(desk.run("rename", key, "short")).isEqualTo(OK);
            assertThat(desk.run("get short")).isEqualTo(bulk("13"));
        }
    }

    private static String bulk(String value) {
        return "$" + value.length() + "\r\n" + value + "\r\n";
    }
}
