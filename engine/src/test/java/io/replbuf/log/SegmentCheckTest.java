package io.replbuf.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.stream.Replid;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that changed on the disk while the server was away, where an index tells. */
class SegmentCheckTest {
    private static final long START = LogFixture.START;
    private static final Replid NEXT = new Replid("89abcdef0123456789abcdef0123456789abcdef");
    private static final int SEGMENT_BYTES = 100_000;

    private final CommandStream commands = new CommandStream(6000);
    private final Map<Path, List<StreamIndex.Entry>> kept = KeptIndex.none();

    @TempDir Path dir;

    private LogFixture life;

    /** Written and ended: every segment is indexed to its end. */
    @BeforeEach
    void write() throws Exception {
        life = fixture().open();
        life.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();
        life.close();
        life = fixture();
    }

    @AfterEach
    void nothingIsLeft() {
        life.close();
    }

    @Test
    void shouldFindNothingWrongWithWhatWasWritten() throws Exception {
        RecoveredLog found = life.recover();

        assertThat(found.range()).isEqualTo(new StreamRange(START, commands.end()));
        assertThat(found.damages()).isEmpty();
        assertThat(kept.values().stream().mapToInt(List::size).sum()).isGreaterThan(4);
    }

    @Test
    void shouldBeginBehindASegmentWhoseBytesChanged() throws Exception {
        List<ManifestEntry> entries = entries();
        ManifestEntry changed = entries.get(1);
        int at = new Random(3).nextInt((int) (changed.nextOffset() - changed.startOffset()));
        flip(changed, at);
        RecoveredLog found = life.recover();

        assertThat(found.range())
                .as("byte %d of %s", at, changed)
                .isEqualTo(new StreamRange(changed.nextOffset(), commands.end()));
        assertThat(found.damages()).hasSize(1);
        assertThat(found.damages().get(0)).contains(changed.fileName()).contains("crc32c");
        life.resume(commands.end(), NEXT);
        life.check(changed.nextOffset(), commands.end());
        assertThat(life.log.hold(START)).isNull();
        assertThat(life.log.lease(START, 1)).isNull();
    }

    @Test
    void shouldEndBeforeAChunkOfTheLastFileWhoseValuesChanged() throws Exception {
        ManifestEntry last = entries().get(entries().size() - 1);
        byte[] content = Files.readAllBytes(file(last));
        // A letter within a value: commands all the same, and not those that were acknowledged.
        int at = new String(content, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("key:");
        flip(last, at);
        RecoveredLog found = life.recover();

        assertThat(found.range()).isEqualTo(new StreamRange(START, last.startOffset()));
        assertThat(found.malformed()).isTrue();
        assertThat(found.tornReason()).contains(last.fileName()).contains("crc32c");
    }

    @Test
    void shouldTakeATornTailForWhatItIs() throws Exception {
        ManifestEntry last = entries().get(entries().size() - 1);
        byte[] content = Files.readAllBytes(file(last));
        for (int lost : new int[] {1, 100, content.length / 2}) {
            Files.write(file(last), java.util.Arrays.copyOf(content, content.length - lost));
            RecoveredLog found = life.recover();

            assertThat(found.range().nextOffset())
                    .isEqualTo(commands.last(commands.end() - lost).offset());
            assertThat(found.malformed()).isFalse();
        }
    }

    @Test
    void shouldCompleteAnIndexThatIsMissingOrTorn() throws Exception {
        Map<Path, List<StreamIndex.Entry>> whole = Map.copyOf(kept);
        Path first = IndexFiles.beside(file(entries().get(0))).getFileName();
        Path second = IndexFiles.beside(file(entries().get(1))).getFileName();
        kept.remove(first);
        kept.put(second, kept.get(second).subList(0, 1));
        life.resume(commands.end(), NEXT);

        assertThat(kept.get(second)).hasSameSizeAs(whole.get(second));
        for (int i = 0; i < whole.get(first).size(); i++) {
            StreamIndex.Entry entry = kept.get(first).get(i);
            assertThat(entry.offset()).isEqualTo(whole.get(first).get(i).offset());
            assertThat(entry.bytes()).isEqualTo(whole.get(first).get(i).bytes());
            assertThat(entry.crc32c()).isEqualTo(whole.get(first).get(i).crc32c());
            assertThat(entry.boundaryOffset()).isEqualTo(START);
        }
        life.check(START, commands.end());
    }

    private LogFixture fixture() {
        LogFixture f = new LogFixture(dir, commands.bytes);
        f.index = () -> new KeptIndex(kept);
        return f;
    }

    private List<ManifestEntry> entries() throws IOException {
        return ManifestParser.parse(
                        Files.readAllBytes(
                                life.config().folder().resolve("appendonly.aof.manifest")))
                .entries();
    }

    private Path file(ManifestEntry entry) {
        return life.config().folder().resolve(entry.fileName());
    }

    private void flip(ManifestEntry entry, int at) throws IOException {
        byte[] content = Files.readAllBytes(file(entry));
        content[at] ^= 1;
        Files.write(file(entry), content);
    }
}
