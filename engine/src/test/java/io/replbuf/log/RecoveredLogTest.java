package io.replbuf.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.stream.Replid;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that an earlier life has left: cut at every byte, with holes, and continued. */
class RecoveredLogTest {
    private static final long START = LogFixture.START;
    private static final Replid NEXT = new Replid("89abcdef0123456789abcdef0123456789abcdef");
    private static final int SEGMENT_BYTES = 1500;

    private final CommandStream commands = new CommandStream(150);
    private final List<LogFixture> open = new ArrayList<>();

    @TempDir Path dir;

    /** A log that was killed, with everything written; copied from by each test. */
    private Path killed;

    @BeforeEach
    void writeAndKill() throws Exception {
        LogFixture f = new LogFixture(dir.resolve("life1"), commands.bytes).open();
        f.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();
        f.await(() -> entries(f).size() == f.log.stats().segments());
        assertThat(f.log.stats().segments()).isBetween(4, 20);
        killed = copy(f.config().folder(), "killed");
        f.close();
    }

    @AfterEach
    void nothingIsLeft() {
        open.forEach(LogFixture::close);
    }

    @Test
    void shouldFindNothingInAnEmptyFolder() throws Exception {
        assertThat(new LogFixture(dir.resolve("empty"), commands.bytes).recover()).isNull();
    }

    @Test
    void shouldFindEverythingThatAKilledServerWrote() throws Exception {
        RecoveredLog found = fixture().recover();

        assertThat(found.range()).isEqualTo(new StreamRange(START, commands.end()));
        assertThat(found.replid()).isEqualTo(LogFixture.REPLID);
        assertThat(found.db()).isEqualTo(commands.last(commands.end()).db());
        assertThat(found.tornBytes()).isZero();
        assertThat(found.tornReason()).isNull();
        assertThat(found.damages()).isEmpty();
        assertThat(found.loadProblem()).contains("no base");
        assertThat(read(found)).isEqualTo(commands.bytes);
    }

    @Test
    void shouldEndAtTheLastWholeCommandWhereverTheLastFileIsCut() throws Exception {
        LogFixture f = fixture();
        Path last = lastFile(f);
        long lastStart = last(f).startOffset();
        for (long size = Files.size(last); size >= 0; size--) {
            truncate(last, size);
            RecoveredLog found = f.recover();

            CommandStream.Boundary expected = commands.last(lastStart + size);
            assertThat(found.range()).isEqualTo(new StreamRange(START, expected.offset()));
            assertThat(found.tornBytes()).isEqualTo(lastStart + size - expected.offset());
            assertThat(found.tornReason() == null).isEqualTo(found.tornBytes() == 0);
            assertThat(found.malformed()).as("cut at %d: %s", size, found.tornReason()).isFalse();
            assertThat(found.damages()).isEmpty();
            if (expected.offset() > lastStart) {
                assertThat(found.db()).isEqualTo(expected.db());
            }
        }
    }

    @Test
    void shouldTakeZerosInPlaceOfLostDataForATornTail() throws Exception {
        LogFixture f = fixture();
        Path last = lastFile(f);
        long lastStart = last(f).startOffset();
        byte[] whole = Files.readAllBytes(last);
        for (int lost = 1; lost < 120; lost++) {
            byte[] zeroed = whole.clone();
            Arrays.fill(zeroed, zeroed.length - lost, zeroed.length, (byte) 0);
            Files.write(last, zeroed);
            RecoveredLog found = f.recover();

            long kept = lastStart + whole.length - lost;
            assertThat(found.range().nextOffset()).isEqualTo(commands.last(kept).offset());
            assertThat(found.malformed()).as(found.tornReason()).isFalse();
        }
    }

    @Test
    void shouldSayWhatIsNoTornTail() throws Exception {
        LogFixture f = fixture();
        Path last = lastFile(f);
        long lastStart = last(f).startOffset();
        byte[] content = Files.readAllBytes(last);
        int at = (int) (commands.last(lastStart + content.length / 2).offset() - lastStart);
        content[at] = '?';
        Files.write(last, content);
        RecoveredLog found = f.recover();

        assertThat(found.range().nextOffset()).isEqualTo(lastStart + at);
        assertThat(found.malformed()).isTrue();
        assertThat(found.tornReason())
                .contains(last.getFileName().toString())
                .contains("at " + at + " there is byte 63 (expected: '*')");
    }

    @Test
    void shouldRefuseAManifestThatIsCutAnywhere() throws Exception {
        LogFixture f = fixture();
        Path manifest = f.config().folder().resolve("appendonly.aof.manifest");
        byte[] content = Files.readAllBytes(manifest);
        for (int length = 0; length < content.length; length++) {
            Files.write(manifest, Arrays.copyOf(content, length));
            assertThatThrownBy(f::recover).as("%d", length).isInstanceOf(IOException.class);
        }
        Files.write(manifest, content);
        assertThat(f.recover().range().nextOffset()).isEqualTo(commands.end());
    }

    @Test
    void shouldRefuseARedisServersFolder() throws Exception {
        LogFixture f = fixture();
        Files.writeString(
                f.config().folder().resolve("appendonly.aof.manifest"),
                "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n");

        assertThatThrownBy(f::recover)
                .hasMessageContaining("appendonly.aof.1.base.rdb, which no stream log wrote");
    }

    @Test
    void shouldContinueUnderANewReplidAsOneRange() throws Exception {
        LogFixture f = fixture();
        Path last = lastFile(f);
        truncate(last, Files.size(last) - 3);
        RecoveredLog found = f.recover();
        long end = found.range().nextOffset();
        f.resume(end, NEXT);
        f.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();

        assertThat(end).isLessThan(commands.end());
        assertThat(f.log.range()).isEqualTo(new StreamRange(START, commands.end()));
        f.check(START, commands.end());
        assertThat(f.log.hold(START)).isNotNull().satisfies(hold -> hold.close());
        List<ManifestEntry> entries = entries(f);
        assertThat(entries.get(entries.size() - 1).replid()).isEqualTo(NEXT);
        assertThat(entries.get(entries.size() - 1).startOffset()).isEqualTo(end);
        assertThat(entries.get(entries.size() - 2).replid()).isEqualTo(LogFixture.REPLID);
        assertThat(entries.get(entries.size() - 2).nextOffset()).isEqualTo(end);
        assertThat(Files.size(last)).isEqualTo(end - entries.get(entries.size() - 2).startOffset());

        f.close();
        open.remove(f);
        LogFixture third = new LogFixture(dir.resolve("life2"), commands.bytes);
        RecoveredLog again = third.recover();
        assertThat(again.range()).isEqualTo(new StreamRange(START, commands.end()));
        assertThat(again.replid()).isEqualTo(NEXT);
        assertThat(read(again)).isEqualTo(commands.bytes);
    }

    @Test
    void shouldCountWhatIsContinuedAsSynced() throws Exception {
        LogFixture f = fixture().resume(commands.end(), NEXT);

        assertThat(f.log.syncedOffset()).isEqualTo(commands.end());
        assertThat(f.log.fileBytes()).isEqualTo(commands.bytes.length);
    }

    @Test
    void shouldContinueWhereTheDataSetStands() throws Exception {
        LogFixture f = fixture();
        int files = entries(f).size();
        long middle = commands.boundaries.get(commands.boundaries.size() / 2).offset();
        f.resume(middle, NEXT);

        assertThat(f.log.range()).isEqualTo(new StreamRange(START, middle));
        assertThat(f.log.stats().segments()).isLessThan(files);
        f.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();
        f.check(START, commands.end());
        f.await(() -> files(f).size() == f.log.stats().segments());
        assertThatThrownBy(() -> fixture("other").recover().resume(START - 1, NEXT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: " + START);
    }

    @Test
    void shouldContinueWithAnEmptySegmentLeftByNobody() throws Exception {
        LogFixture f = fixture();
        truncate(lastFile(f), 0);
        long end = f.recover().range().nextOffset();
        assertThat(end).isEqualTo(last(f).startOffset());
        f.resume(end, NEXT);
        f.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();

        f.check(START, commands.end());
        f.await(() -> files(f).size() == f.log.stats().segments());
    }

    @Test
    void shouldDeleteANewerFileThatNoManifestNames() throws Exception {
        LogFixture f = fixture();
        Path leftover =
                f.config()
                        .folder()
                        .resolve(Manifest.segmentName("appendonly.aof", last(f).seq() + 1));
        Files.writeString(leftover, "left by a crash before the manifest knew it");
        f.resume(commands.end(), NEXT);

        assertThat(f.log.range()).isEqualTo(new StreamRange(START, commands.end()));
        assertThat(last(f).seq()).isGreaterThan(entries(f).get(entries(f).size() - 2).seq() + 1);
        assertThat(leftover).doesNotExist();
    }

    @Test
    void shouldBeginBehindAGap() throws Exception {
        for (String damage : List.of("missing", "short")) {
            LogFixture f = fixture(damage);
            List<ManifestEntry> entries = entries(f);
            ManifestEntry damaged = entries.get(1);
            Path file = f.config().folder().resolve(damaged.fileName());
            if (damage.equals("missing")) {
                Files.delete(file);
            } else {
                truncate(file, Files.size(file) - 1);
            }
            RecoveredLog found = f.recover();

            assertThat(found.range())
                    .isEqualTo(new StreamRange(damaged.nextOffset(), commands.end()));
            assertThat(found.damages()).hasSize(1);
            assertThat(found.damages().get(0)).contains(damaged.fileName());
            f.resume(commands.end(), NEXT);
            f.check(damaged.nextOffset(), commands.end());
            assertThat(f.log.hold(START)).isNull();
            f.await(() -> files(f).size() == f.log.stats().segments());
        }
    }

    @Test
    void shouldEndBeforeALastFileThatIsMissing() throws Exception {
        LogFixture f = fixture();
        long lastStart = last(f).startOffset();
        Files.delete(lastFile(f));
        RecoveredLog found = f.recover();

        assertThat(found.range()).isEqualTo(new StreamRange(START, lastStart));
        assertThat(found.damages().get(0)).contains("missing");
        f.resume(lastStart, NEXT);
        f.check(START, lastStart);
    }

    @Test
    void shouldLeaveTheFolderAsItWasWhenItCannotGoOn() throws Exception {
        LogFixture f = fixture();
        byte[] manifest =
                Files.readAllBytes(f.config().folder().resolve("appendonly.aof.manifest"));
        f.files.failsReplace = true;
        assertThatThrownBy(() -> f.recover().resume(START, NEXT)).isInstanceOf(IOException.class);

        assertThat(f.config().folder().resolve("appendonly.aof.manifest"))
                .hasBinaryContent(manifest);
        f.files.failsReplace = false;
        assertThat(f.recover().range()).isEqualTo(new StreamRange(START, commands.end()));
    }

    @Test
    void shouldSetAsideWhatIsNotToBeContinued() throws Exception {
        LogFixture f = fixture();
        f.log = f.recover().setAside(NEXT, 1000);

        assertThat(f.log.range()).isEqualTo(new StreamRange(1000, 1000));
        assertThat(f.log.stats().setAsideBytes()).isEqualTo(commands.bytes.length);
    }

    private LogFixture fixture() throws IOException {
        return fixture("life2");
    }

    private LogFixture fixture(String name) throws IOException {
        LogFixture f = new LogFixture(dir.resolve(name), commands.bytes);
        copy(killed, name + "/appendonlydir");
        open.add(f);
        return f;
    }

    private Path copy(Path folder, String name) throws IOException {
        Path target = Files.createDirectories(dir.resolve(name));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.collect(Collectors.toList())) {
                Files.copy(
                        file,
                        target.resolve(file.getFileName()),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return target;
    }

    private static void truncate(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    private static byte[] read(RecoveredLog found) throws IOException {
        byte[] all = new byte[(int) found.range().bytes()];
        int at = 0;
        for (LogPart part : found.loadParts()) {
            byte[] content = Files.readAllBytes(part.file());
            System.arraycopy(content, 0, all, at, (int) part.bytes());
            at += (int) part.bytes();
        }
        assertThat(at).isEqualTo(all.length);
        return all;
    }

    private static List<ManifestEntry> entries(LogFixture f) throws IOException {
        return ManifestParser.parse(
                        Files.readAllBytes(f.config().folder().resolve("appendonly.aof.manifest")))
                .entries();
    }

    private static ManifestEntry last(LogFixture f) throws IOException {
        return entries(f).get(entries(f).size() - 1);
    }

    private static Path lastFile(LogFixture f) throws IOException {
        return f.config().folder().resolve(last(f).fileName());
    }

    private static List<Path> files(LogFixture f) throws IOException {
        try (Stream<Path> files = Files.list(f.config().folder())) {
            return files.filter(file -> file.toString().endsWith(".incr.aof"))
                    .collect(Collectors.toList());
        }
    }
}
