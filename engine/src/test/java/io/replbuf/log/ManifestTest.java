package io.replbuf.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.stream.Replid;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
    private static final Replid REPLID = new Replid("0123456789abcdef0123456789abcdef01234567");

    @Test
    void shouldWriteOffsetsAsRedisCountsThem() {
        // 50 bytes stand in the first segment: it begins at byte 1, the second at byte 51.
        Manifest manifest =
                new Manifest(
                        List.of(
                                new ManifestEntry(
                                        "a.aof.1.incr.aof",
                                        1,
                                        ManifestEntry.Type.INCREMENT,
                                        1,
                                        51,
                                        REPLID),
                                new ManifestEntry(
                                        "a.aof.2.incr.aof",
                                        2,
                                        ManifestEntry.Type.INCREMENT,
                                        51,
                                        0,
                                        REPLID)));

        assertThat(new String(manifest.bytes(), StandardCharsets.US_ASCII))
                .isEqualTo(
                        "file a.aof.1.incr.aof seq 1 type i startoffset 0 endoffset 50 replid "
                                + REPLID
                                + "\nfile a.aof.2.incr.aof seq 2 type i startoffset 50 replid "
                                + REPLID
                                + "\n# crc32c 38302a51\n");
    }

    @Test
    void shouldReadWhatItWrites() throws Exception {
        Manifest manifest =
                new Manifest(
                        List.of(
                                new ManifestEntry(
                                        "a b.9.base.rdb", 9, ManifestEntry.Type.BASE, 0, 0, null),
                                new ManifestEntry(
                                        "a\"'b", 3, ManifestEntry.Type.HISTORY, 0, 0, null),
                                new ManifestEntry(
                                        "x.7", 7, ManifestEntry.Type.INCREMENT, 10, 10, REPLID)));

        assertThat(ManifestParser.parse(manifest.bytes())).isEqualTo(manifest);
    }

    @Test
    void shouldPutTheBaseFirstAndIncrementsLast() {
        Manifest manifest =
                new Manifest(
                        List.of(
                                new ManifestEntry("i", 1, ManifestEntry.Type.INCREMENT, 0, 0, null),
                                new ManifestEntry("h", 1, ManifestEntry.Type.HISTORY, 0, 0, null),
                                new ManifestEntry("b", 1, ManifestEntry.Type.BASE, 0, 0, null)));

        assertThat(new String(manifest.bytes(), StandardCharsets.US_ASCII))
                .startsWith("file b seq 1 type b\nfile h seq 1 type h\nfile i seq 1 type i\n#");
    }

    @Test
    void shouldKnowAtEveryByteWhetherItIsWhole() {
        byte[] content =
                new Manifest(
                                List.of(
                                        new ManifestEntry(
                                                "i", 1, ManifestEntry.Type.INCREMENT, 0, 0, null),
                                        new ManifestEntry(
                                                "j", 2, ManifestEntry.Type.INCREMENT, 0, 0, null)))
                        .bytes();

        assertThat(Manifest.isWhole(content)).isTrue();
        for (int length = 0; length < content.length; length++) {
            assertThat(Manifest.isWhole(Arrays.copyOf(content, length))).as("%d", length).isFalse();
            byte[] changed = content.clone();
            changed[length] ^= 1;
            assertThat(Manifest.isWhole(changed)).as("byte %d changed", length).isFalse();
        }
    }

    @Test
    void shouldReadARealServersManifest() throws Exception {
        Manifest manifest =
                parse(
                        "# a comment\n"
                                + "file appendonly.aof.2.base.rdb seq 2 type b\r\n"
                                + "file appendonly.aof.4.incr.aof seq 4 type i later yes\n");

        assertThat(manifest.entries()).hasSize(2);
        assertThat(manifest.segments()).extracting(ManifestEntry::seq).containsExactly(4L);
        assertThat(manifest.entries()).noneMatch(ManifestEntry::isOurs);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file a seq 1 type i\\nfile b seq 1 type i\\n | line 2: Found a non-monotonic sequence number: seq 1 (expected: > 1",
                "file a seq 1 type b\\nfile b seq 2 type b\\n | line 2: Found duplicate base file information: a second base b (expected: at most one",
                "file a seq 1 type i\\nfile a seq 2 type i\\n | line 2: Invalid AOF manifest file format: file a again",
                "file a seq 1 type x\\n | line 1: Unknown AOF file type: type \"x\" (expected: b, i or h)",
                "file a seq 0 type i\\n | line 1: Invalid AOF manifest file format: seq \"0\" (expected: a number >= 1",
                "file a seq -1 type i\\n | seq \"-1\"",
                "file a seq 9999999999999999999 type i\\n | seq \"9999999999999999999\"",
                "file ../a seq 1 type i\\n | File can't be a path, just a filename: file \"../a\" (expected: a file name without a path)",
                "file .. seq 1 type i\\n | file \"..\"",
                "file a seq 1\\n | line 1: Invalid AOF manifest file format: 4 words (expected: key and value",
                "file a seq 1 type i startoffset\\n | line 1: Invalid AOF manifest file format: 7 words",
                "seq 1 type i x y\\n | line 1: Invalid AOF manifest file format: a key is missing (expected: file, seq and type)",
                "file a seq 1 type i seq 2\\n | line 1: Invalid AOF manifest file format: seq twice",
                "file a seq 1 type i | line 1: Invalid AOF manifest file format: no line feed behind",
                "\\n | line 1: Invalid AOF manifest file format: 0 words",
                "# only a comment\\n | line 1: Found an empty AOF manifest: the end (expected: at least one file)",
                "file \"a seq 1 type i\\n | (expected: a closing quote)",
                "file a seq 1 type i startoffset 9 endoffset 8\\n | endoffset 8 (expected: >= startoffset 9)",
                "file a seq 1 type i replid 12\\n | replid \"12\" (expected: 40 lower-case hex digits)",
            })
    void shouldRefuseWithLineValueAndExpectation(String text, String message) {
        assertThatThrownBy(() -> parse(text.replace("\\n", "\n")))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining(message.trim());
    }

    @Test
    void shouldRefuseLinesThatRedisRefuses() {
        String line = "file a seq 1 type i k " + "v".repeat(1024 - 22);
        assertThatThrownBy(() -> parse(line + "\n"))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining(
                        "The AOF manifest file contains too long line: 1024 characters (expected: < 1024)");
    }

    @Test
    void shouldRefuseBytesThatAreNoText() {
        assertThatThrownBy(() -> parse("file \u0001 seq 1 type i\n"))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("byte 1 at column 6");
    }

    @Test
    void shouldRefuseEveryCutOfAManifest() {
        String whole = "file a seq 1 type i startoffset 0 replid " + REPLID + "\n";
        for (int bytes = 0; bytes < whole.length(); bytes++) {
            String cut = whole.substring(0, bytes);
            assertThatThrownBy(() -> parse(cut)).isInstanceOf(ManifestException.class);
        }
    }

    private static Manifest parse(String text) throws ManifestException {
        return ManifestParser.parse(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
