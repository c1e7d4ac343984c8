package io.replbuf.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.replbuf.snapshot.Rdbs.Entry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RdbReaderTest {
    @Test
    void shouldReadEveryEncodingOfAString() throws IOException {
        byte[] rdb =
                Rdbs.file(
                        0, 1, "a", 0xC0, 0x80, 0, 1, "b", 0xC1, 0xFF, 0x7F, 0, 1, "c", 0xC2, 0, 0,
                        0, 0x80, 0, 1, "d", 0xC3, 4, 9, 0, "x", 0xC0,
                        0, // literal x, then 8 times one byte back
                        0, 1, "e", 0x40, 3, "abc", // a length in more bits than it needs
                        0, 1, "f", 0x80, 0, 0, 0, 1, "z", 0, 1, "g", 0x81, 0, 0, 0, 0, 0, 0, 0, 1,
                        "z", 0xFF);

        assertThat(Rdbs.read(rdb))
                .extracting(Entry::value)
                .containsExactly("-128", "32767", "-2147483648", "xxxxxxxxx", "abc", "z", "z");
    }

    @Test
    void shouldSkipWhatSaysHowOftenAKeyWasUsed() throws IOException {
        byte[] rdb =
                Rdbs.file(
                        0xFE, 3, 0xFB, 1, 1, 0xFD, 10, 0, 0, 0, 0xF9, 200, 0xF8, 0x40, 200, 0, 1,
                        "k", 1, "v", 0, 1, "n", 1, "w", 0xFF);

        assertThat(Rdbs.read(rdb))
                .containsExactly(new Entry(3, "k", "v", 10_000), new Entry(3, "n", "w", -1));
    }

    @Test
    void shouldReadOldVersionsThatHaveNoChecksum() throws IOException {
        byte[] rdb = Rdbs.concat("REDIS0004", 0, 1, "k", 1, "v", 0xFF);

        assertThat(Rdbs.read(rdb)).containsExactly(new Entry(0, "k", "v", -1));
    }

    static Stream<Arguments> brokenFiles() {
        return Stream.of(
                broken(
                        "Wrong signature trying to load DB from file: 'RADIS0010'",
                        Rdbs.concat("RADIS0010")),
                broken(
                        "Can't handle RDB format version 12 (expected: 1 to 11)",
                        Rdbs.concat("REDIS0012")),
                broken("Can't handle RDB format version 0 ", Rdbs.concat("REDIS0000")),
                broken("Can't handle RDB format version '1x10'", Rdbs.concat("REDIS1x10")),
                broken(
                        "offset 9: type or opcode: end of file (expected: 1 more bytes)",
                        Rdbs.concat("REDIS0010")),
                broken("offset 0: signature and version: end of file", new byte[0]),
                broken("database: length 16 (expected: <= 15)", Rdbs.file(0xFE, 16)),
                broken(
                        "offset 10: key: length 4294967295 (expected: <= 536870912)",
                        Rdbs.file(0, 0x80, 255, 255, 255, 255)),
                broken(
                        "key: length 18446744073709551615",
                        Rdbs.file(0, 0x81, 255, 255, 255, 255, 255, 255, 255, 255)),
                broken("key: string encoding 0xc4", Rdbs.file(0, 0xC4)),
                broken("key: length byte 0x82", Rdbs.file(0, 0x82)),
                broken("database: length byte 0xc0", Rdbs.file(0xFE, 0xC0, 1)),
                broken(
                        "value: end of file (expected: 536870904 more bytes)",
                        Rdbs.file(0, 1, "k", 0x80, 0x20, 0, 0, 0)),
                broken("type or opcode: 0x17", Rdbs.file(0x17, 1, "k")),
                broken(
                        "key 'h' in database 2: type hash (listpack) (expected: string",
                        Rdbs.file(0xFE, 2, 16, 1, "h", 1, "x")),
                broken(
                        "key 'l\\x00' in database 0: type list (quicklist 2)",
                        Rdbs.file(18, 2, "l", 0)),
                broken(
                        "key 'm' in database 0: type module (2) ReJSON-RL",
                        Rdbs.file(7, 1, "m", moduleId("ReJSON-RL"))),
                broken("data of module ft_index0", Rdbs.file(0xF7, moduleId("ft_index0"))),
                broken(
                        "function library '#!lua name=mylib'",
                        Rdbs.file(0xF5, 20, "#!lua name=mylib\nfoo")),
                broken("function of a 7.0 release candidate", Rdbs.file(0xF6)),
                broken(
                        "expiry: -1 (expected: >= 0)",
                        Rdbs.file(0xFC, 255, 255, 255, 255, 255, 255, 255, 255)),
                broken(
                        "aux field repl-id: 'zz' (expected: 40 hex digits)",
                        Rdbs.file(0xFA, 7, "repl-id", 2, "zz")),
                broken(
                        "aux field repl-offset: 'zz' (expected: a number",
                        Rdbs.file(0xFA, 11, "repl-offset", 2, "zz")),
                broken("opcode: AUX in version 6", Rdbs.concat("REDIS0006", 0xFA)),
                broken(
                        "LZF content of 177 bytes (expected: 1 to 176",
                        Rdbs.file(0, 1, "k", 0xC3, 2, 0x40, 177)),
                broken("LZF content of 0 bytes", Rdbs.file(0, 1, "k", 0xC3, 2, 0, 0, "x")),
                broken(
                        "LZF literals: 3 bytes (expected: <= 1)",
                        Rdbs.file(0, 1, "k", 0xC3, 2, 5, 2, "x")),
                broken(
                        "LZF reference: 1 bytes back (expected: <= 0)",
                        Rdbs.file(0, 1, "k", 0xC3, 2, 5, 0x20, 0)),
                broken(
                        "LZF reference: 3 bytes (expected: <= 1)",
                        Rdbs.file(0, 1, "k", 0xC3, 4, 2, 0, "x", 0x20, 0)),
                broken(
                        "LZF block ends inside a reference",
                        Rdbs.file(0, 1, "k", 0xC3, 3, 5, 0, "x", 0x20)),
                broken(
                        "LZF content: 1 bytes (expected: 5)",
                        Rdbs.file(0, 1, "k", 0xC3, 2, 5, 0, "x")),
                broken(
                        "offset 10: RDB CRC error: Wrong RDB checksum: 0000000000000001 (expected: ",
                        Rdbs.concat("REDIS0010", 0xFF, 1, 0, 0, 0, 0, 0, 0, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenFiles")
    void shouldSayWhereWhatAndWhatWasExpected(String message, byte[] rdb) {
        assertThatExceptionOfType(RdbFormatException.class)
                .isThrownBy(() -> Rdbs.read(rdb))
                .withMessageStartingWith("RDB offset ")
                .withMessageContaining(message);
    }

    @Test
    void shouldObeyANarrowerBoundOnStrings() {
        byte[] rdb = Rdbs.file(0, 1, "k", 11, "01234567890", 0xFF);

        assertThatExceptionOfType(RdbFormatException.class)
                .isThrownBy(
                        () ->
                                new RdbReader(new ByteArrayInputStream(rdb), new RdbLimits(10, 1))
                                        .read((db, key, value, expiry) -> {}))
                .withMessageContaining("value: length 11 (expected: <= 10)");
    }

    @Test
    void shouldRefuseAFileThatIsCutAtAnyByte() throws IOException {
        byte[] rdb = small();

        for (int length = 0; length < rdb.length; length++) {
            assertThat(failure(Arrays.copyOf(rdb, length)))
                    .as("cut at %d of %d", length, rdb.length)
                    .isInstanceOf(RdbFormatException.class);
        }
    }

    @Test
    void shouldRefuseAFileWithAnyBitFlipped() throws IOException {
        byte[] rdb = small();

        for (int i = 0; i < rdb.length * Byte.SIZE; i++) {
            byte[] flipped = rdb.clone();
            flipped[i / Byte.SIZE] ^= (byte) (1 << i % Byte.SIZE);
            assertThat(failure(flipped))
                    .as("bit %d of byte %d of %d", i % Byte.SIZE, i / Byte.SIZE, rdb.length)
                    .isInstanceOf(RdbFormatException.class);
        }
    }

    @Test
    void shouldEndCleanlyOnNoiseWithoutAChecksumToCatchIt() throws IOException {
        byte[] rdb = Rdbs.write(new RdbOptions(9, true, false), Rdbs.AUX, smallEntries());
        long seed = System.nanoTime();
        Random random = new Random(seed);

        for (int i = 0; i < 3_000; i++) {
            byte[] noisy = rdb.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                noisy[9 + random.nextInt(rdb.length - 9)] = (byte) random.nextInt();
            }
            Throwable failure = failure(noisy);
            if (failure != null) {
                assertThat(failure).as("seed %d", seed).isInstanceOf(RdbFormatException.class);
            }
        }
    }

    private static Throwable failure(byte[] rdb) {
        return catchThrowable(() -> Rdbs.reader(rdb).read((db, key, value, expiry) -> {}));
    }

    private static byte[] small() throws IOException {
        return Rdbs.write(new RdbOptions(9, true, true), Rdbs.AUX, smallEntries());
    }

    private static List<Entry> smallEntries() {
        return List.of(
                new Entry(0, "k", "v", -1),
                new Entry(0, "i", "123456", 2_000_000_000_000L),
                new Entry(3, "c", "compressible ".repeat(40), -1),
                new Entry(3, "r", Rdbs.noise(new Random(5), 90), -1));
    }

    /** A module id as a 64-bit length: nine characters of six bits, then ten bits of version. */
    private static byte[] moduleId(String name) {
        String chars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        long id = 0;
        for (char c : name.toCharArray()) {
            id = id << 6 | chars.indexOf(c);
        }
        id = id << 10 | 3;
        Object[] bytes = new Object[9];
        bytes[0] = 0x81;
        for (int i = 1; i < 9; i++) {
            bytes[i] = (int) (id >>> 8 * (8 - i)) & 0xFF;
        }
        return Rdbs.concat(bytes);
    }

    private static Arguments broken(String message, byte[] rdb) {
        return Arguments.of(message, rdb);
    }
}
