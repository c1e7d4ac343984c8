package io.replbuf.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The same commands on a real redis-server 7.0 and on this keyspace: replies, replication stream and digest must be equal.
 * Skipped where no redis-server is installed.
 */
class RealRedisComparisonTest {
    /** Far enough away that neither side's clock reaches it. */
    private static final long FUTURE_SECONDS = 4_000_000_000L;

    private static final String[] NUMBERS = {
        "0",
        "1",
        "-1",
        "5",
        "10",
        "100",
        "007",
        "+5",
        " 5",
        "-0",
        "",
        "abc",
        "3.0",
        "-100",
        "99999999",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "92233720368547758070",
        "4000000000"
    };
    private static final String[] REALS = {
        "0.1",
        "0x1Fp-3",
        "-0X.8",
        "-0.1",
        "1e5",
        "5.0e3",
        "1.5",
        "3",
        "-3",
        ".5",
        "5.",
        "1e-5",
        "123456789.987654321",
        "1e20",
        "-1e20",
        "1.7976931348623157e308",
        "1e4932",
        "inf",
        "-inf",
        "nan",
        "abc",
        "",
        "1e",
        " 1",
        "0",
        "1e-18",
        "3.14159265358979"
    };

    private static int durations;
    private static RealServer real;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(RealServer.isInstalled(), "redis-server (expected: installed)");
        real = new RealServer();
        assumeTrue(real.run("INFO", "server").contains("redis_version:7.0."), "redis-server 7.0");
        real.follow();
    }

    @AfterAll
    static void stop() throws IOException {
        if (real != null) {
            real.close();
        }
    }

    @BeforeEach
    void empty() throws IOException {
        real.run("FLUSHALL");
        real.run("SELECT", "0");
        drain();
    }

    @Test
    void shouldAnswerAndPropagateAsRedisDoes() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> history = new ArrayList<>();
        try (CommandDesk desk = new CommandDesk()) {
            desk.now = System.currentTimeMillis();
            for (int i = 0; i < 12_000; i++) {
                String[] command = command(random);
                history.add(String.join("|", command));
                compare(desk, command, seed, history);
                if (i % 3000 == 0) {
                    compareDigest(desk, seed);
                }
            }
            compareDigest(desk, seed);
        }
    }

    @Test
    void shouldComputeTheSameDigestOverSeveralDatabases() throws IOException {
        try (CommandDesk desk = new CommandDesk()) {
            desk.now = System.currentTimeMillis();
            Random random = new Random(7);
            for (int i = 0; i < 500; i++) {
                desk.db = random.nextInt(16);
                String key = "k" + random.nextInt(300);
                String value = "v".repeat(random.nextInt(200));
                real.run("SELECT", Integer.toString(desk.db));
                real.run("SET", key, value);
                desk.run("SET", key, value);
                if (i % 3 == 0) {
                    real.run("EXPIREAT", key, Long.toString(FUTURE_SECONDS));
                    desk.run("EXPIREAT", key, Long.toString(FUTURE_SECONDS));
                }
            }
            compareDigest(desk, 7);
        }
    }

    private static void compareDigest(CommandDesk desk, long seed) throws IOException {
        assertThat("+" + HexFormat.of().formatHex(desk.keyspace.digest()) + "\r\n")
                .as("digest, seed %dL", seed)
                .isEqualTo(real.run("DEBUG", "DIGEST"));
    }

    private static void compare(CommandDesk desk, String[] command, long seed, List<String> history)
            throws IOException {
        desk.now = System.currentTimeMillis();
        String theirs = real.run(command);
        List<String> theirStream = drain();
        String ours = desk.run(command);
        List<String> ourStream = new ArrayList<>(desk.stream());
        String context =
                "seed "
                        + seed
                        + "L: "
                        + history.subList(Math.max(0, history.size() - 5), history.size());
        if (command[0].equals("ttl") || command[0].equals("pttl")) {
            assertThat(Math.abs(number(ours) - number(theirs)))
                    .as(context)
                    .isLessThan(command[0].equals("ttl") ? 120 : 120_000);
        } else if (command[0].equals("keys")) {
            assertThat(ours.split("\r\n"))
                    .as(context)
                    .containsExactlyInAnyOrder(theirs.split("\r\n"));
        } else {
            assertThat(ours).as(context).isEqualTo(theirs);
        }
        assertThat(withoutNearTimes(ourStream))
                .as(context)
                .isEqualTo(withoutNearTimes(theirStream));
    }

    /** Moments that were derived from a clock differ by what the clocks do; how long they are does not. */
    private static List<String> withoutNearTimes(List<String> stream) {
        return stream.stream()
                .map(line -> line.replaceAll("\\b(?!4000000000)[1-9]\\d{12}\\b", "<soon>"))
                .toList();
    }

    /** The stream up to now, less the SELECTs, transaction marks and pings which are the server's. */
    private static List<String> drain() throws IOException {
        String mark = "mark" + System.nanoTime();
        real.run("PUBLISH", "c", mark);
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = real.nextInStream();
            if (line.equals("PUBLISH c " + mark)) {
                return lines;
            }
            String word = line.split(" ")[0].toUpperCase();
            if (!List.of("SELECT", "MULTI", "EXEC", "PING", "PUBLISH").contains(word)) {
                lines.add(line);
            }
        }
    }

    private static long number(String reply) {
        return Long.parseLong(reply.substring(1).trim());
    }

    private static String[] command(Random random) {
        String key = key(random);
        return switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4, 5 -> set(random, key);
            case 6 -> words("get", key);
            case 7 -> words("getset", key, value(random));
            case 8 -> words("setnx", key, value(random));
            case 9 -> words("setex", key, seconds(random), value(random));
            case 10 -> words("psetex", key, millis(random), value(random));
            case 11 -> words("append", key, value(random));
            case 12 -> words("strlen", key);
            case 13 -> words("incr", key);
            case 14 -> words("decr", key);
            case 15 -> words("incrby", key, pick(random, NUMBERS));
            case 16 -> words("decrby", key, pick(random, NUMBERS));
            case 17, 18 -> words("incrbyfloat", key, pick(random, REALS));
            case 19 -> words("getrange", key, pick(random, NUMBERS), pick(random, NUMBERS));
            case 20 ->
                    words(
                            "substr",
                            key,
                            "" + (random.nextInt(20) - 10),
                            "" + (random.nextInt(20) - 10));
            case 21 -> words("setrange", key, offset(random), value(random));
            case 22 -> words(random.nextBoolean() ? "del" : "unlink", key, key(random));
            case 23 -> words("exists", key, key(random), key);
            case 24 -> words("type", key);
            case 25 -> words(random.nextBoolean() ? "rename" : "renamenx", key, key(random));
            case 26 -> words("getdel", key);
            case 27, 28 -> getex(random, key);
            case 29, 30, 31 -> expire(random, key);
            case 32 -> words(random.nextBoolean() ? "ttl" : "pttl", key);
            case 33 -> words("persist", key);
            case 34 -> words("mset", key, value(random), key(random), value(random));
            case 35 ->
                    random.nextInt(4) == 0
                            ? words("mset", key, "a", key)
                            : words("msetnx", key, value(random), key(random), value(random));
            case 36 -> words("mget", key, key(random));
            case 37 -> words("dbsize");
            case 38 ->
                    switch (random.nextInt(12)) {
                        case 0 -> words("flushdb");
                        case 1 -> words("flushall", "async");
                        case 2 -> words("flushall", "now");
                        case 3 -> words("flushdb", "sync", "async");
                        case 4 -> words("copy", key, key);
                        case 5 -> words("copy", key, key(random), "db", pick(random, NUMBERS));
                        default -> words("copy", key, key(random), "replace");
                    };
            default ->
                    switch (random.nextInt(4)) {
                        case 0 -> words("keys", "[^" + key + "]*");
                        case 1 -> words("touch", key);
                        case 2 -> words("scan", pick(random, NUMBERS), "count", "0");
                        default -> words("scan", "0", "type", "list", "match", "x", "count");
                    };
        };
    }

    private static String[] set(Random random, String key) {
        List<String> words = new ArrayList<>(List.of("set", key, value(random)));
        for (int i = random.nextInt(4); i > 0; i--) {
            addOption(random, words, "nx", "xx", "get", "GeT", "keepttl", "bogus");
        }
        return words.toArray(String[]::new);
    }

    private static String[] getex(Random random, String key) {
        List<String> words = new ArrayList<>(List.of("getex", key));
        for (int i = random.nextInt(3); i > 0; i--) {
            addOption(random, words, "persist", "nx");
        }
        return words.toArray(String[]::new);
    }

    private static void addOption(Random random, List<String> words, String... flags) {
        switch (random.nextInt(8)) {
            case 0 -> words.addAll(List.of("ex", seconds(random)));
            case 1 -> words.addAll(List.of("PX", millis(random)));
            case 2 ->
                    words.addAll(
                            List.of("exat", Long.toString(FUTURE_SECONDS + random.nextInt(9))));
            case 3 -> words.addAll(List.of("pxat", FUTURE_SECONDS + "000"));
            default -> words.add(pick(random, flags));
        }
    }

    private static String[] expire(Random random, String key) {
        List<String> words =
                switch (random.nextInt(5)) {
                    case 0 -> List.of("expire", key, seconds(random));
                    case 1 -> List.of("PEXPIRE", key, millis(random));
                    case 2 ->
                            List.of(
                                    "expireat",
                                    key,
                                    Long.toString(FUTURE_SECONDS + random.nextInt(9)));
                    case 3 -> List.of("pexpireat", key, FUTURE_SECONDS + "00" + random.nextInt(9));
                    default -> List.of("expire", key, pick(random, NUMBERS));
                };
        List<String> all = new ArrayList<>(words);
        for (int i = random.nextInt(3); i > 0; i--) {
            all.add(pick(random, "nx", "xx", "gt", "LT", "foo"));
        }
        return all.toArray(String[]::new);
    }

    /** Never the same twice, and whole seconds apart, so that GT and LT do not depend on what the clocks did. */
    private static int duration() {
        return 1000 + (int) (durations++ * 7919L % 100_003);
    }

    private static String seconds(Random random) {
        return random.nextInt(6) == 0
                ? pick(random, "0", "-1", "x", "9223372036854775807")
                : "" + duration();
    }

    private static String millis(Random random) {
        return random.nextInt(6) == 0
                ? pick(random, "0", "-1", "x", "9223372036854775807")
                : duration() + "000";
    }

    private static String offset(Random random) {
        return random.nextInt(5) == 0
                ? pick(random, "-1", "x", "600000000", "536870911").replace("536870911", "3")
                : "" + random.nextInt(40);
    }

    private static String value(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> "";
            case 1 -> pick(random, NUMBERS);
            case 2 -> pick(random, REALS);
            case 3 -> "\u0000\u00ff\r\n" + random.nextInt(100);
            default -> "x".repeat(random.nextInt(40)) + random.nextInt(10);
        };
    }

    private static String key(Random random) {
        return "" + (char) ('a' + random.nextInt(12));
    }

    private static String pick(Random random, String... from) {
        return from[random.nextInt(from.length)];
    }

    private static String[] words(String... words) {
        return words;
    }
}
