package io.replbuf.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.snapshot.Rdbs.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RdbRoundTripTest {
    @ParameterizedTest
    @CsvSource({"9,true,true", "10,true,true", "11,true,true", "10,false,true", "10,true,false"})
    void shouldReadWhatItWrote(int version, boolean compress, boolean checksum) throws IOException {
        long seed = System.nanoTime();
        List<Entry> entries = Rdbs.variety(new Random(seed));
        RdbOptions options = new RdbOptions(version, compress, checksum);

        byte[] rdb = Rdbs.write(options, Rdbs.AUX, entries);

        assertThat(new String(rdb, 0, 9)).isEqualTo(String.format("REDIS%04d", version));
        assertThat(Rdbs.read(rdb)).as("seed %d", seed).isEqualTo(entries);
        assertThat(Rdbs.reader(rdb).read((db, key, value, expiry) -> {})).isEqualTo(Rdbs.AUX);
    }

    @Test
    void shouldReadAnEmptyFile() throws IOException {
        byte[] rdb = Rdbs.write(RdbOptions.DEFAULT, RdbAux.NONE, List.of());

        assertThat(Rdbs.read(rdb)).isEmpty();
        assertThat(Rdbs.reader(rdb).read((db, key, value, expiry) -> {})).isEqualTo(RdbAux.NONE);
    }

    @Test
    void shouldWriteTheBytesThatRedisWrites() throws IOException {
        RdbAux aux = RdbAux.of("7.0.15", 1, 2).withPosition(0, Rdbs.REPLID, 50);
        List<Entry> entries = List.of(new Entry(2, "k", "300", 1000), new Entry(2, "n", "v", -1));

        byte[] rdb = Rdbs.write(new RdbOptions(10, false, false), aux, entries);

        assertThat(rdb)
                .isEqualTo(
                        Rdbs.file(
                                0xFA,
                                9,
                                "redis-ver",
                                6,
                                "7.0.15",
                                0xFA,
                                10,
                                "redis-bits",
                                0xC0,
                                64,
                                0xFA,
                                5,
                                "ctime",
                                0xC0,
                                1,
                                0xFA,
                                8,
                                "used-mem",
                                0xC0,
                                2,
                                0xFA,
                                14,
                                "repl-stream-db",
                                0xC0,
                                0,
                                0xFA,
                                7,
                                "repl-id",
                                40,
                                Rdbs.REPLID,
                                0xFA,
                                11,
                                "repl-offset",
                                0xC0,
                                50,
                                0xFA,
                                8,
                                "aof-base",
                                0xC0,
                                0,
                                0xFE,
                                2,
                                0xFB,
                                2,
                                1,
                                0xFC,
                                0xE8,
                                3,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                1,
                                "k",
                                0xC1,
                                44,
                                1,
                                0,
                                1,
                                "n",
                                1,
                                "v",
                                0xFF));
    }

    @Test
    void shouldWriteLengthsInTheirShortestForm() throws IOException {
        assertThat(length(63)).isEqualTo(Rdbs.concat(63));
        assertThat(length(64)).isEqualTo(Rdbs.concat(0x40, 64));
        assertThat(length(16383)).isEqualTo(Rdbs.concat(0x7F, 0xFF));
        assertThat(length(16384)).isEqualTo(Rdbs.concat(0x80, 0, 0, 0x40, 0));
        assertThat(length(0xFFFF_FFFFL)).isEqualTo(Rdbs.concat(0x80, 255, 255, 255, 255));
        assertThat(length(0x1_0000_0000L)).isEqualTo(Rdbs.concat(0x81, 0, 0, 0, 1, 0, 0, 0, 0));
    }

    @Test
    void shouldLeaveThePositionsOfItsArgumentsAlone() throws IOException {
        ByteBuffer key = ByteBuffer.wrap(new byte[200_000], 5, 100_000);
        ByteBuffer value = ByteBuffer.allocateDirect(300_000).position(7);
        RdbWriter writer =
                new RdbWriter(Channels.newChannel(new ByteArrayOutputStream()), RdbOptions.DEFAULT);

        writer.string(key, value, -1);

        assertThat(key.position()).isEqualTo(5);
        assertThat(value.position()).isEqualTo(7);
        assertThat(value.limit()).isEqualTo(300_000);
    }

    @Test
    void shouldCompressALongValueInLittleMemory() throws IOException {
        String text = Rdbs.words(new Random(1), 3 << 20);

        byte[] rdb =
                Rdbs.write(RdbOptions.DEFAULT, RdbAux.NONE, List.of(new Entry(0, "k", text, -1)));

        assertThat(rdb.length).isLessThan(text.length() * 2 / 3);
        assertThat(Rdbs.read(rdb)).containsExactly(new Entry(0, "k", text, -1));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void shouldReadValuesAroundEachStepOfItsGrowth(int difference) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (int megabytes = 1; megabytes <= 8; megabytes *= 2) {
            String value = Rdbs.noise(new Random(megabytes), (megabytes << 20) + difference);
            entries.add(new Entry(0, "plain:" + megabytes, value, -1));
            String text = Rdbs.words(new Random(megabytes), (megabytes << 20) + difference);
            entries.add(new Entry(0, "compressed:" + megabytes, text, -1));
        }

        byte[] rdb = Rdbs.write(RdbOptions.DEFAULT, RdbAux.NONE, entries);

        assertThat(Rdbs.read(rdb).equals(entries)).isTrue();
    }

    @Test
    void shouldTellWhatWasReadPastTheEnd() throws IOException {
        byte[] rdb = Rdbs.write(RdbOptions.DEFAULT, RdbAux.NONE, List.of());
        RdbReader reader = Rdbs.reader(Rdbs.concat(rdb, "*1"));

        reader.read((db, key, value, expiry) -> {});

        assertThat(reader.offset()).isEqualTo(rdb.length);
        assertThat(reader.readAhead()).isEqualTo(ByteBuffer.wrap(new byte[] {'*', '1'}));
    }

    private static byte[] length(long length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        RdbOutput out = new RdbOutput(Channels.newChannel(bytes), false);
        out.writeLength(length);
        out.flush();
        return bytes.toByteArray();
    }
}
