package io.replbuf.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.replbuf.keyspace.Keyspace;
import io.replbuf.keyspace.KeyspaceFullException;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.snapshot.Rdbs.Entry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RdbLoaderTest {
    private static final long NOW = 1_000_000;

    private final TestEngine engine = new TestEngine();
    @TempDir Path dir;

    @AfterEach
    void close() throws Exception {
        engine.close();
    }

    @Test
    void shouldGiveTheKeyspaceWhatWasSaved() throws Exception {
        List<Entry> entries = Rdbs.variety(new Random(1));
        byte[] rdb = Rdbs.write(RdbOptions.DEFAULT, Rdbs.AUX, entries);
        engine.fill(entries);
        byte[] digest = engine.on(engine.keyspace::digest);
        engine.run(engine.keyspace::flushAll);

        LoadResult result = load(rdb, LoadOptions.primary(NOW), LoadListener.NONE);

        assertThat(result).isEqualTo(new LoadResult(entries.size(), 0, rdb.length, Rdbs.AUX));
        assertThat(engine.on(engine.keyspace::digest)).isEqualTo(digest);
    }

    @Test
    void shouldLeaveOutWhatHasExpiredAndSaySo() throws Exception {
        byte[] rdb = expiring();
        List<String> dropped = new ArrayList<>();

        LoadResult result =
                load(
                        rdb,
                        LoadOptions.primary(NOW),
                        new LoadListener() {
                            @Override
                            public void expired(int db, byte[] key) {
                                dropped.add(db + ":" + new String(key));
                            }
                        });

        assertThat(result.keysLoaded()).isEqualTo(2);
        assertThat(result.keysExpired()).isEqualTo(1);
        assertThat(dropped).containsExactly("4:past");
        assertThat(engine.<Integer>on(() -> engine.keyspace.size(4))).isEqualTo(2);
    }

    @Test
    void shouldKeepWhatHasExpiredForAReplica() throws Exception {
        LoadOptions replica = new LoadOptions(RdbLimits.DEFAULT, NOW, false, 1, () -> 0);

        LoadResult result = load(expiring(), replica, LoadListener.NONE);

        assertThat(result.keysLoaded()).isEqualTo(3);
        assertThat(result.keysExpired()).isZero();
    }

    @Test
    void shouldReportProgressAlsoWithinALongValue() throws Exception {
        String value = Rdbs.noise(new Random(2), 5 << 20);
        byte[] rdb =
                Rdbs.write(RdbOptions.DEFAULT, RdbAux.NONE, List.of(new Entry(0, "k", value, -1)));
        List<Long> reports = new ArrayList<>();

        load(
                rdb,
                new LoadOptions(RdbLimits.DEFAULT, NOW, true, 1 << 20, () -> -1),
                new LoadListener() {
                    @Override
                    public void progress(long loadedBytes, long totalBytes, long keys) {
                        assertThat(totalBytes).isEqualTo(rdb.length);
                        reports.add(loadedBytes);
                    }
                });

        assertThat(reports).hasSizeBetween(4, 5).isSorted();
    }

    @Test
    void shouldRefuseAKeyThatStandsTwice() {
        byte[] rdb = Rdbs.file(0, 1, "k", 1, "a", 0, 1, "k", 1, "b", 0xFF);

        assertThatExceptionOfType(RdbFormatException.class)
                .isThrownBy(() -> load(rdb, LoadOptions.primary(NOW), LoadListener.NONE))
                .withMessageContaining(
                        "key in database 0: 'k' for the second time (expected: once)");
    }

    @Test
    void shouldNotBelieveAHintThatTheFileCannotBearOut() throws Exception {
        byte[] rdb =
                Rdbs.file(
                        0xFE, 0, 0xFB, 0x81, 0x7F, 255, 255, 255, 255, 255, 255, 255, 0, 0, 1, "k",
                        1, "a", 0xFF);

        assertThat(load(rdb, LoadOptions.primary(NOW), LoadListener.NONE).keysLoaded())
                .isEqualTo(1);
    }

    @Test
    void shouldSayThatThereIsNoFile() {
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(
                        () ->
                                RdbLoader.load(
                                        dir.resolve("dump.rdb"),
                                        engine.keyspace,
                                        LoadOptions.primary(NOW),
                                        LoadListener.NONE));
    }

    @Test
    void shouldLetTheCallerKnowThatItDoesNotFit() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            entries.add(new Entry(0, "k" + i, "x".repeat(900_000), -1));
        }
        byte[] rdb = Rdbs.write(RdbOptions.DEFAULT, RdbAux.NONE, entries);
        Accountant accountant = new Accountant();
        Extents small = new Extents(64 << 20, null);
        try (Keyspace keyspace =
                new Keyspace(
                        1,
                        small,
                        accountant.account(Owner.KEYSPACE),
                        accountant.account(Owner.SNAPSHOT))) {
            assertThatExceptionOfType(KeyspaceFullException.class)
                    .isThrownBy(
                            () ->
                                    RdbLoader.load(
                                            Channels.newChannel(new ByteArrayInputStream(rdb)),
                                            -1,
                                            keyspace,
                                            LoadOptions.primary(NOW),
                                            LoadListener.NONE));
        }
        assertThat(small.liveBytes()).isZero();
        small.close();
    }

    private LoadResult load(byte[] rdb, LoadOptions options, LoadListener listener)
            throws IOException {
        Path file = dir.resolve("dump.rdb");
        Files.write(file, rdb);
        Object answer =
                engine.on(
                        () -> {
                            try {
                                return RdbLoader.load(file, engine.keyspace, options, listener);
                            } catch (IOException e) {
                                return e;
                            }
                        });
        if (answer instanceof IOException e) {
            throw e;
        }
        return (LoadResult) answer;
    }

    private static byte[] expiring() throws IOException {
        return Rdbs.write(
                RdbOptions.DEFAULT,
                RdbAux.NONE,
                List.of(
                        new Entry(4, "past", "1", NOW - 1),
                        new Entry(4, "now", "2", NOW),
                        new Entry(4, "never", "3", -1)));
    }
}
