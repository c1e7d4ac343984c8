package io.replbuf.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Digests that a redis-server 7.0.15 answered after the same commands. */
class DatasetDigestTest {
    @Test
    void shouldEqualRedisDigests() {
        try (CommandDesk desk = new CommandDesk()) {
            assertDigest(desk, "0000000000000000000000000000000000000000");
            desk.run("set a 1");
            desk.run("set", "key:1", "hello world");
            desk.run("append key:1 !");
            desk.run("incrby n 41");
            desk.run("incr n");
            assertDigest(desk, "31fca0cd22c56c36a1f79f5bafc8a437685502a4");
            desk.db = 3;
            desk.run("set a 1");
            desk.run("pexpireat a 4000000000000");
            desk.db = 15;
            desk.run("set", "a", "");
            desk.run("setex ttl 100000 soon");
            assertDigest(desk, "4732186b17c9297eb86d230d8e5a159b301fece2");
            desk.db = 3;
            desk.run("persist a");
            assertDigest(desk, "1b629ad28b917cbbb1b5b7cb7f7dbfe36cf02582");
        }
    }

    private static void assertDigest(CommandDesk desk, String expected) {
        assertThat(HexFormat.of().formatHex(desk.keyspace.digest())).isEqualTo(expected);
    }
}
