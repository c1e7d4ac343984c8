package io.replbuf.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replbuf.snapshot.Rdbs.Entry;
import io.replbuf.snapshot.SnapshotResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskSnapshotTest {
    private final TestEngine engine = new TestEngine();
    @TempDir Path dir;

    @AfterEach
    void close() throws Exception {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldPutTheFileInPlaceOfTheOldOne(boolean background) throws Exception {
        List<Entry> entries = Rdbs.variety(new Random(1));
        engine.fill(entries);
        Files.writeString(dir.resolve("dump.rdb"), "the old one");

        SnapshotResult result = save(dir, background);

        assertThat(result)
                .isEqualTo(
                        new SnapshotResult(
                                Outcome.COMPLETE,
                                null,
                                entries.size(),
                                Files.size(dir.resolve("dump.rdb"))));
        assertThat(Rdbs.read(Files.readAllBytes(dir.resolve("dump.rdb"))))
                .containsExactlyInAnyOrderElementsOf(entries);
        assertThat(files(dir)).containsExactly("dump.rdb");
    }

    @Test
    void shouldHaveATemporaryFileWhileItRunsAndLeaveNoneWhenAborted() throws Exception {
        engine.fill(100, "v");
        engine.keySaveDelayMicros.set(TimeUnit.HOURS.toMicros(1));
        SnapshotJob job = engine.on(() -> start(dir));
        String temp = "temp-" + ProcessHandle.current().pid() + ".rdb";
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> files(dir).equals(List.of(temp)));

        engine.run(() -> job.abort("SHUTDOWN"));

        assertThat(engine.result().outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(files(dir)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayThatTheFolderIsGone(boolean background) throws Exception {
        Path gone = dir.resolve("gone");

        SnapshotResult result = save(gone, background);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason())
                .matches(
                        "Failed opening the temp RDB file temp-\\d+.rdb \\(in server root dir "
                                + gone
                                + "\\) for saving: No such file or directory");
    }

    @Test
    void shouldSayThatTheFolderIsNotToBeWrittenTo() throws Exception {
        Path readOnly = Path.of("/proc/self");
        assumeTrue(
                Files.isDirectory(readOnly),
                "/proc is not mounted: no folder that refuses files even to root");

        SnapshotResult result = save(readOnly, true);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason())
                .contains("Failed opening the temp RDB file", "in server root dir /proc/self");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayThatTheDiskIsFullAndLeaveNothing(boolean background) throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "/dev/full does not exist: no disk that is full on demand");
        engine.fill(1_000, Rdbs.noise(new Random(2), 1000));
        Files.createSymbolicLink(disk(dir).tempFile(), full);
        Files.writeString(dir.resolve("dump.rdb"), "the old one");

        SnapshotResult result = save(dir, background);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason())
                .isEqualTo("Write error saving DB on disk(rdbSaveRio): No space left on device");
        assertThat(files(dir)).containsExactly("dump.rdb");
        assertThat(dir.resolve("dump.rdb")).hasContent("the old one");
    }

    @Test
    void shouldSayThatTheFileCouldNotBeRenamed() throws Exception {
        Files.createDirectories(dir.resolve("dump.rdb/inside"));

        SnapshotResult result = save(dir, true);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason())
                .startsWith("Error moving temp DB file temp-")
                .contains("on the final destination dump.rdb (in server root dir " + dir + "): ");
        assertThat(files(dir)).containsExactly("dump.rdb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b.rdb", "/dump.rdb"})
    void shouldTakeAPlainNameOnly(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DiskSnapshot(SnapshotFiles.onDisk(), dir, name, true))
                .withMessage("dbfilename: '" + name + "' (expected: a file name without a folder)");
    }

    private SnapshotResult save(Path into, boolean background) throws Exception {
        if (background) {
            engine.run(() -> start(into));
            return engine.result();
        }
        return engine.on(
                () -> disk(into).save(engine.keyspace, RdbOptions.DEFAULT, Rdbs.AUX, () -> 0));
    }

    private SnapshotJob start(Path into) {
        return disk(into)
                .start(engine.keyspace, RdbOptions.DEFAULT, Rdbs.AUX, engine.env, engine::hear);
    }

    private static DiskSnapshot disk(Path into) {
        return new DiskSnapshot(SnapshotFiles.onDisk(), into, "dump.rdb", true);
    }

    private static List<String> files(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
