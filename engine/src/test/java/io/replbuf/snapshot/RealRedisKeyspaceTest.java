package io.replbuf.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.snapshot.Rdbs.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way between our keyspace and a real Redis, judged by DEBUG DIGEST on both sides. */
class RealRedisKeyspaceTest {
    private final TestEngine engine = new TestEngine();
    @TempDir Path dir;

    @AfterEach
    void close() throws Exception {
        engine.close();
    }

    @Test
    void shouldSaveWhatRedisDigestsAlike() throws Exception {
        long seed = System.nanoTime();
        engine.fill(Rdbs.variety(new Random(seed)));
        engine.fill(10_000, "a value like many others");
        engine.run(
                () ->
                        new DiskSnapshot(SnapshotFiles.onDisk(), dir, "dump.rdb", true)
                                .start(
                                        engine.keyspace,
                                        RdbOptions.DEFAULT,
                                        Rdbs.AUX,
                                        engine.env,
                                        engine::hear));
        assertThat(engine.result().complete()).isTrue();
        RealRedis.check(dir.resolve("dump.rdb"));

        try (RealRedis redis = RealRedis.start(dir)) {
            assertThat(redis.call("DEBUG", "DIGEST")).as("seed %d", seed).isEqualTo(digest());
        }
    }

    @Test
    void shouldLoadWhatRedisDigestsAlike() throws Exception {
        long seed = System.nanoTime();
        List<Entry> entries = Rdbs.variety(new Random(seed));
        String theirs;
        try (RealRedis redis = RealRedis.start(dir)) {
            for (Entry entry : entries) {
                redis.call("SELECT", Integer.toString(entry.db()));
                redis.call("SET", entry.key(), entry.value());
                if (entry.expireAtMillis() >= 0) {
                    redis.call("PEXPIREAT", entry.key(), Long.toString(entry.expireAtMillis()));
                }
            }
            redis.call("DEBUG", "POPULATE", "20000");
            theirs = (String) redis.call("DEBUG", "DIGEST");
            redis.call("SAVE");
        }

        LoadResult result =
                engine.on(
                        () ->
                                RdbLoader.load(
                                        dir.resolve("dump.rdb"),
                                        engine.keyspace,
                                        LoadOptions.primary(System.currentTimeMillis()),
                                        LoadListener.NONE));

        assertThat(result.keysLoaded()).isEqualTo(entries.size() + 20_000);
        assertThat(result.bytes()).isEqualTo(Files.size(dir.resolve("dump.rdb")));
        assertThat(digest()).as("seed %d", seed).isEqualTo(theirs);
    }

    private String digest() {
        return HexFormat.of().formatHex(engine.on(engine.keyspace::digest));
    }
}
