package io.replbuf.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** RDBs in arrays, for tests: what goes in, what comes out, and how to build bytes by hand. */
public final class Rdbs {
    static final String REPLID = "0123456789abcdef0123456789abcdef01234567";
    static final RdbAux AUX =
            RdbAux.of("7.0.15", 1_700_000_000L, 1 << 20).withPosition(3, REPLID, 50);

    private Rdbs() {}

    /** A key as text, Latin-1 for bytes. */
    record Entry(int db, String key, String value, long expireAtMillis) {}

    static byte[] write(RdbOptions options, RdbAux aux, List<Entry> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        RdbWriter writer = new RdbWriter(Channels.newChannel(bytes), options);
        writer.begin(aux);
        Map<Integer, List<Entry>> databases = new LinkedHashMap<>();
        for (Entry entry : entries) {
            databases.computeIfAbsent(entry.db, db -> new ArrayList<>()).add(entry);
        }
        for (Map.Entry<Integer, List<Entry>> db : databases.entrySet()) {
            long expires = db.getValue().stream().filter(e -> e.expireAtMillis >= 0).count();
            writer.selectDb(db.getKey(), db.getValue().size(), expires);
            for (Entry entry : db.getValue()) {
                writer.string(direct(entry.key), direct(entry.value), entry.expireAtMillis);
            }
        }
        if (writer.end() != bytes.size()) {
            throw new AssertionError("end() disagrees with the bytes written");
        }
        return bytes.toByteArray();
    }

    static ByteBuffer direct(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    static List<Entry> read(byte[] rdb) throws IOException {
        List<Entry> entries = new ArrayList<>();
        reader(rdb).read(into(entries));
        return entries;
    }

    /** How many keys an RDB has. */
    public static int keys(byte[] rdb) throws IOException {
        return read(rdb).size();
    }

    static RdbReader reader(byte[] rdb) {
        return new RdbReader(new ByteArrayInputStream(rdb), RdbLimits.DEFAULT);
    }

    static RdbVisitor into(List<Entry> entries) {
        return (db, key, value, expireAtMillis) ->
                entries.add(
                        new Entry(
                                db,
                                new String(key, ISO_8859_1),
                                ISO_8859_1.decode(value).toString(),
                                expireAtMillis));
    }

    /** A header of version 10, then the parts (numbers are bytes, strings Latin-1), then a checksum of 0. */
    static byte[] file(Object... parts) {
        return concat("REDIS0010", concat(parts), 0, 0, 0, 0, 0, 0, 0, 0);
    }

    static byte[] concat(Object... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof Integer number) {
                bytes.write(number);
            } else if (part instanceof byte[] array) {
                bytes.writeBytes(array);
            } else {
                bytes.writeBytes(part.toString().getBytes(ISO_8859_1));
            }
        }
        return bytes.toByteArray();
    }

    /** Something of everything: integers at their edges, what only looks like one, runs, noise, empty, long. */
    static List<Entry> variety(Random random) {
        List<String> values =
                new ArrayList<>(
                        List.of(
                                "",
                                "0",
                                "-0",
                                "00",
                                "7",
                                "-1",
                                "127",
                                "128",
                                "-128",
                                "-129",
                                "32767",
                                "32768",
                                "-32768",
                                "-32769",
                                "2147483647",
                                "2147483648",
                                "-2147483648",
                                "-2147483649",
                                "9223372036854775807",
                                "+5",
                                " 5",
                                "-",
                                "12345678901",
                                "99999999999",
                                "a".repeat(20),
                                "a".repeat(21)));
        for (int length : List.of(63, 64, 100, 16383, 16384, 65535, 65536, 65543, 200_000)) {
            values.add("x".repeat(length));
            values.add(noise(random, length));
            values.add(words(random, length));
        }
        List<Entry> entries = new ArrayList<>();
        for (int db : new int[] {0, 1, 9}) {
            for (int i = 0; i < values.size(); i++) {
                long expiry = i % 3 == 0 ? 4_000_000_000_000L + i : -1;
                entries.add(new Entry(db, "key:" + db + ":" + i, values.get(i), expiry));
            }
            entries.add(new Entry(db, "12345", "an integer as key", -1));
            entries.add(new Entry(db, "k".repeat(300), "a key that compresses", -1));
        }
        return entries;
    }

    static String noise(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return new String(bytes, ISO_8859_1);
    }

    static String words(Random random, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(random.nextInt(1000)).append(" and ");
        }
        return text.substring(0, length);
    }
}
