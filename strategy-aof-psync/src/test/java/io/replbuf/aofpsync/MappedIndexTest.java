package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.log.StreamIndex;
import io.replbuf.log.StreamIndex.Entry;
import io.replbuf.log.StreamIndex.Place;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entries in a mapped file, read by a later life: whole, cut at every byte, with any byte changed. */
class MappedIndexTest {
    private static final Replid REPLID = new Replid("0123456789abcdef0123456789abcdef01234567");
    private static final long START = 1_000_001;
    private static final int ENTRIES = 6;

    @TempDir Path dir;

    private Place segment;

    @BeforeEach
    void place() {
        segment = new Place(dir.resolve("appendonly.aof.1.incr.aof.index"), REPLID, START);
    }

    @Test
    void shouldBeFoundWhereTheJvmHasTheFlags() {
        assertThat(new MappedIndexProvider().obstacle()).isNull();
        try (StreamIndex index = StreamIndex.best()) {
            assertThat(index).isInstanceOf(MappedIndex.class);
        }
    }

    @Test
    void shouldSayInOneLineWhatAJvmWithoutFlagsLacks() throws Exception {
        Process java =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Obstacle.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String said =
                new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        assertThat(java.waitFor()).isZero();
        assertThat(said.lines()).as(said).hasSize(2);
        assertThat(said)
                .contains("without --add-opens=java.base/java.lang=ALL-UNNAMED")
                .endsWith("survives: false");
    }

    @Test
    void shouldOutliveALifeThatDidNotEnd() throws IOException {
        for (int count : new int[] {0, 1, 126, 127, 500}) {
            MappedIndex killed = new MappedIndex();
            List<Entry> entries = fill(killed, count);

            assertThat(new MappedIndex().stored(segment)).isEqualTo(entries);
            killed.close();
            assertThat(new MappedIndex().stored(segment)).isEqualTo(entries);
        }
    }

    @Test
    void shouldHaveTheEntriesBeforeTheFirstThatIsNotWhole() throws IOException {
        List<Entry> entries = written();
        byte[] content = Files.readAllBytes(segment.file());
        int end = IndexFormat.HEADER_BYTES + ENTRIES * IndexFormat.ENTRY_BYTES;
        Random random = new Random(5);
        for (int at = 0; at < end; at++) {
            int whole =
                    at < IndexFormat.HEADER_BYTES
                            ? 0
                            : (at - IndexFormat.HEADER_BYTES) / IndexFormat.ENTRY_BYTES;
            Files.write(segment.file(), Arrays.copyOf(content, at));
            assertThat(IndexFormat.read(segment))
                    .as("cut at %d", at)
                    .isEqualTo(entries.subList(0, whole));
            byte[] changed = content.clone();
            changed[at] ^= (byte) (1 + random.nextInt(255));
            Files.write(segment.file(), changed);
            assertThat(IndexFormat.read(segment))
                    .as("changed at %d", at)
                    .isEqualTo(entries.subList(0, whole));
        }
    }

    @Test
    void shouldBeNothingToAnotherSegment() throws IOException {
        written();
        Replid other = new Replid("89abcdef0123456789abcdef0123456789abcdef");

        assertThat(IndexFormat.read(new Place(segment.file(), other, START))).isEmpty();
        assertThat(IndexFormat.read(new Place(segment.file(), REPLID, START + 1))).isEmpty();
        assertThat(IndexFormat.read(new Place(dir.resolve("none"), REPLID, START))).isEmpty();
    }

    @Test
    void shouldReplaceWhatWasStored() throws IOException {
        List<Entry> entries = written();
        new MappedIndex().store(segment, entries.subList(0, 2));

        assertThat(IndexFormat.read(segment)).isEqualTo(entries.subList(0, 2));
    }

    @Test
    void shouldGoOnInMemoryWhereNoFileCanBeWritten() throws IOException {
        segment = new Place(dir.resolve("missing").resolve("index"), REPLID, START);
        try (MappedIndex index = new MappedIndex()) {
            List<Entry> entries = fill(index, ENTRIES);

            assertThat(index.floor(START + 70_000)).isEqualTo(entries.get(1));
            assertThat(index.stored(segment)).isEmpty();
        }
    }

    private List<Entry> written() {
        try (MappedIndex index = new MappedIndex()) {
            return fill(index, ENTRIES);
        }
    }

    private List<Entry> fill(MappedIndex index, int count) {
        index.begin(segment);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long offset = START + (long) i * StreamIndex.CHUNK_BYTES;
            int bytes = i + 1 < count ? StreamIndex.CHUNK_BYTES : 77;
            entries.add(new Entry(offset, bytes, i * 0x9e3779b9, offset + i, i % 16 - 1));
            index.add(entries.get(i));
        }
        return entries;
    }

    /** In a JVM of its own. */
    static final class Obstacle {
        public static void main(String[] args) {
            System.out.println(new MappedIndexProvider().obstacle());
            try (StreamIndex index = StreamIndex.best()) {
                System.out.println("survives: " + index.survives());
            }
        }
    }
}
