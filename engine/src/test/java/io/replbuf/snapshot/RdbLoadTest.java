package io.replbuf.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A load in slices. */
class RdbLoadTest {
    private static final int KEYS = 3_000;
    private static final int VALUE_BYTES = 1_000;
    private static final int SLICE_BYTES = 100_000;

    @TempDir Path dir;

    private final TestEngine engine = new TestEngine();

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    @Test
    void shouldLoadTheSameInSlices() throws Exception {
        List<Rdbs.Entry> entries = new ArrayList<>();
        Random random = new Random(7);
        for (int i = 0; i < KEYS; i++) {
            long expiry = i % 3 == 0 ? Long.MAX_VALUE / 2 : -1;
            entries.add(new Rdbs.Entry(i % 4, "k" + i, Rdbs.noise(random, VALUE_BYTES), expiry));
        }
        Path file = dir.resolve("dump.rdb");
        Files.write(file, Rdbs.write(RdbOptions.DEFAULT, RdbAux.of("7.0.15", 1, 77), entries));
        LoadOptions options = new LoadOptions(RdbLimits.DEFAULT, 0, true, SLICE_BYTES, () -> 0);

        int slices =
                engine.on(
                        () -> {
                            int steps = 1;
                            try (RdbLoad load =
                                    RdbLoad.of(file, engine.keyspace, options, LoadListener.NONE)) {
                                long before = 0;
                                for (boolean end = load.step(); !end; end = load.step()) {
                                    assertThat(load.loadedBytes() - before)
                                            .as("bytes of a slice")
                                            .isLessThan(SLICE_BYTES + 2 * VALUE_BYTES);
                                    before = load.loadedBytes();
                                    steps++;
                                }
                                assertThat(load.loadedBytes()).isEqualTo(load.totalBytes());
                                assertThat(load.result().keysLoaded()).isEqualTo(KEYS);
                                assertThat(load.result().aux().usedMem()).isEqualTo(77);
                            }
                            return steps;
                        });

        assertThat(slices).isGreaterThanOrEqualTo(KEYS * VALUE_BYTES / SLICE_BYTES);
        byte[] sliced = engine.on(() -> engine.keyspace.digest());
        engine.run(engine.keyspace::flushAll);
        LoadOptions whole = LoadOptions.primary(0);
        engine.on(() -> RdbLoader.load(file, engine.keyspace, whole, LoadListener.NONE));
        assertThat(engine.<byte[]>on(() -> engine.keyspace.digest())).isEqualTo(sliced);
    }

    /** With keys that take their time, the clock ends a slice before the bytes do. */
    @Test
    void shouldPauseAfterAWhile() throws Exception {
        Path file = dir.resolve("dump.rdb");
        Files.write(
                file,
                Rdbs.write(
                        RdbOptions.DEFAULT,
                        RdbAux.NONE,
                        List.of(new Rdbs.Entry(0, "a", "1", -1), new Rdbs.Entry(0, "b", "2", -1))));
        LoadOptions options = new LoadOptions(RdbLimits.DEFAULT, 0, true, 2 << 20, () -> 11_000);
        engine.on(
                () -> {
                    try (RdbLoad load =
                            RdbLoad.of(file, engine.keyspace, options, LoadListener.NONE)) {
                        assertThat(load.step()).isFalse();
                        assertThat(engine.keyspace.size(0)).isEqualTo(1);
                        assertThat(load.step()).isFalse();
                        assertThat(engine.keyspace.size(0)).isEqualTo(2);
                        assertThat(load.step()).isTrue();
                    }
                    return null;
                });
    }
}
