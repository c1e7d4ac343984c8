package io.replbuf.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.snapshot.Rdbs.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The judges of what we write are redis-server 7.0 and redis-check-rdb; what they write is what we must read. */
class RealRedisRdbTest {
    @TempDir Path dir;

    @ParameterizedTest
    @CsvSource({"9,true", "10,true", "10,false"})
    void shouldWriteWhatRedisLoads(int version, boolean compress) throws IOException {
        long seed = System.nanoTime();
        List<Entry> entries = Rdbs.variety(new Random(seed));
        RdbOptions options = new RdbOptions(version, compress, true);
        Files.write(dir.resolve("dump.rdb"), Rdbs.write(options, Rdbs.AUX, entries));

        try (RealRedis redis = RealRedis.start(dir)) {
            int db = -1;
            for (Entry entry : entries) {
                if (entry.db() != db) {
                    db = entry.db();
                    redis.call("SELECT", Integer.toString(db));
                    assertThat(redis.call("DBSIZE"))
                            .isEqualTo(
                                    Long.toString(
                                            entries.stream()
                                                    .filter(e -> e.db() == entry.db())
                                                    .count()));
                }
                assertThat(redis.call("GET", entry.key()))
                        .as("seed %d, key %s", seed, entry.key())
                        .isEqualTo(entry.value());
                assertThat(redis.call("PEXPIRETIME", entry.key()))
                        .isEqualTo(Long.toString(entry.expireAtMillis()));
            }
            assertThat(redis.call("DEBUG", "RELOAD")).isEqualTo("OK");
            redis.call("SELECT", "0");
            assertThat(redis.call("GET", entries.get(0).key())).isEqualTo(entries.get(0).value());
        }
    }

    @Test
    void shouldPassTheRdbChecker() throws IOException, InterruptedException {
        List<Entry> entries = Rdbs.variety(new Random(7));
        Path rdb = dir.resolve("dump.rdb");
        Files.write(rdb, Rdbs.write(RdbOptions.DEFAULT, Rdbs.AUX, entries));

        assertThat(RealRedis.check(rdb))
                .contains(
                        "Checksum OK",
                        entries.size() + " keys read",
                        "AUX FIELD repl-id = '" + Rdbs.REPLID + "'");
    }

    @Test
    void shouldGiveARestartedRedisItsPositionInTheStream() throws IOException {
        Files.write(dir.resolve("dump.rdb"), Rdbs.write(RdbOptions.DEFAULT, Rdbs.AUX, List.of()));

        try (RealRedis redis = RealRedis.start(dir)) {
            assertThat((String) redis.call("INFO", "replication"))
                    .contains("master_replid2:" + Rdbs.REPLID, "second_repl_offset:51");
        }
    }

    @ParameterizedTest
    @CsvSource({"yes", "no"})
    void shouldReadWhatRedisSaves(String compression) throws IOException {
        long seed = System.nanoTime();
        List<Entry> entries = Rdbs.variety(new Random(seed));
        try (RealRedis redis = RealRedis.start(dir, "--rdbcompression", compression)) {
            for (Entry entry : entries) {
                redis.call("SELECT", Integer.toString(entry.db()));
                redis.call("SET", entry.key(), entry.value());
                if (entry.expireAtMillis() >= 0) {
                    redis.call("PEXPIREAT", entry.key(), Long.toString(entry.expireAtMillis()));
                }
            }
            redis.call("SAVE");
        }
        byte[] rdb = Files.readAllBytes(dir.resolve("dump.rdb"));
        List<Entry> read = new ArrayList<>();

        RdbAux aux = Rdbs.reader(rdb).read(Rdbs.into(read));

        assertThat(read).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(entries);
        assertThat(aux.redisVer()).startsWith("7.");
        assertThat(aux.redisBits()).isEqualTo(64);
        assertThat(aux.hasPosition()).isFalse();
    }

    @Test
    void shouldNameTheFirstKeyThatIsNoString() throws IOException {
        try (RealRedis redis = RealRedis.start(dir)) {
            redis.call("HSET", "user:1", "name", "x");
            redis.call("SAVE");
        }
        byte[] rdb = Files.readAllBytes(dir.resolve("dump.rdb"));

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Rdbs.read(rdb)))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("key 'user:1' in database 0: type hash");
    }

    @Test
    void shouldNameAFunctionLibrary() throws IOException {
        try (RealRedis redis = RealRedis.start(dir)) {
            redis.call(
                    "FUNCTION",
                    "LOAD",
                    "#!lua name=mylib\nredis.register_function('f', function() return 1 end)");
            redis.call("SAVE");
        }
        byte[] rdb = Files.readAllBytes(dir.resolve("dump.rdb"));

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Rdbs.read(rdb)))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("function library '#!lua name=mylib'");
    }

    @Test
    void shouldEncodeKeysAndValuesByteForByteAsRedisDoes() throws IOException {
        // Without compression: LZF leaves an encoder choices, everything else has one answer.
        Entry entry = new Entry(0, "key", "-32769", 4_000_000_000_000L);
        try (RealRedis redis = RealRedis.start(dir, "--rdbcompression", "no")) {
            redis.call(
                    "SET",
                    entry.key(),
                    entry.value(),
                    "PXAT",
                    Long.toString(entry.expireAtMillis()));
            redis.call("SAVE");
        }
        byte[] theirs = Files.readAllBytes(dir.resolve("dump.rdb"));
        RdbAux aux = Rdbs.reader(theirs).read((db, key, value, expiry) -> {});

        byte[] ours = Rdbs.write(new RdbOptions(10, false, true), aux, List.of(entry));

        assertThat(new String(ours, ISO_8859_1)).isEqualTo(new String(theirs, ISO_8859_1));
    }
}
