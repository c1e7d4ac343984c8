package io.replbuf.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CutTest {
    /** What a key holds in the model. */
    private record Held(String value, long expiry) {}

    @ParameterizedTest
    @ValueSource(ints = {0, 50, 2_000, 40_000})
    void shouldShowExactlyWhatWasThereAtTheCut(int keys) {
        long seed = new Random().nextLong();
        for (int round = 0; round < (keys > 10_000 ? 2 : 12); round++) {
            Random random = new Random(seed + round);
            try (CommandDesk desk = new CommandDesk()) {
                new Interleaving(desk, random, keys).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + (seed + round) + "L, keys " + keys, e);
            }
        }
    }

    @Test
    void shouldKeepWhatFlushallRemoves() {
        try (CommandDesk desk = new CommandDesk()) {
            for (int i = 0; i < 1000; i++) {
                desk.run("set", "k" + i, "v" + i);
            }
            Cut cut = desk.keyspace.beginCut();
            CutBatch batch = new CutBatch();
            assertThat(cut.walk(batch, 300, 1 << 20)).isTrue();
            int seen = batch.records();
            desk.run("flushall");
            assertThat(desk.keyspace.keyCount()).isZero();
            assertThat(cut.keptBytes()).isPositive().isEqualTo(desk.kept());
            cut.done(batch);
            while (cut.walk(batch, 100, 1 << 20)) {
                seen += batch.records();
                cut.done(batch);
            }
            assertThat(seen).isEqualTo(1000);
            assertThat(cut.keptBytes()).isZero();
            cut.close();
        }
    }

    @Test
    void shouldBalanceTheBooksWhenAllIsFlushedRightAfterACutThatWasGivenUp() {
        try (CommandDesk desk = new CommandDesk()) {
            for (int i = 0; i < 1000; i++) {
                desk.run("set", "k" + i, "v" + i);
            }
            Cut cut = desk.keyspace.beginCut();
            for (int i = 0; i < 1000; i++) {
                desk.run(
                        "set",
                        "k" + i,
                        "a value of another size, so that the old one is kept " + i);
            }
            assertThat(desk.kept()).isPositive();
            cut.close();

            desk.run("flushall");

            assertThat(desk.kept()).isZero();
            assertThat(desk.keyspace.keyCount()).isZero();
        }
    }

    @Test
    void shouldLeaveBatchesValidUntilTheyAreDoneAlsoWhenTheCutIsClosed() {
        try (CommandDesk desk = new CommandDesk()) {
            for (int i = 0; i < 100; i++) {
                desk.run("set", "k" + i, "value-" + i);
            }
            Cut cut = desk.keyspace.beginCut();
            CutBatch batch = new CutBatch();
            while (batch.records() < 50) {
                cut.walk(batch, 50, 1 << 20);
            }
            cut.close();
            for (int i = 0; i < 100; i++) {
                desk.run("set", "k" + i, "other-" + i);
            }
            desk.run("flushall");
            for (int i = 0; i < 100; i++) {
                desk.run("set", "k" + i, "third-" + i);
            }
            batch.forEach(
                    (db, key, value, expiry) ->
                            assertThat(text(value)).isEqualTo("value-" + text(key).substring(1)));
            assertThatThrownBy(desk.keyspace::beginCut).isInstanceOf(IllegalStateException.class);
            cut.done(batch);
            desk.keyspace.beginCut().close();
        }
    }

    @Test
    void shouldRefuseBatchesBackInAnotherOrder() {
        try (CommandDesk desk = new CommandDesk()) {
            for (int i = 0; i < 1000; i++) {
                desk.run("set", "k" + i, "v");
            }
            Cut cut = desk.keyspace.beginCut();
            CutBatch first = new CutBatch();
            CutBatch second = new CutBatch();
            cut.walk(first, 10, 1 << 20);
            cut.walk(second, 10, 1 << 20);
            assertThatThrownBy(() -> cut.done(second)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> cut.walk(first, 10, 1 << 20))
                    .isInstanceOf(IllegalStateException.class);
            cut.done(first);
            cut.done(second);
            cut.close();
        }
    }

    @Test
    void shouldShareTheChunksOfALongValueThatChangesDuringTheCut() {
        try (CommandDesk desk = new CommandDesk()) {
            String value = "x".repeat(10 << 20);
            desk.run("set", "big", value);
            Cut cut = desk.keyspace.beginCut();
            desk.run("append", "big", "tail");
            desk.run("expire", "big", "100");
            desk.run("rename", "big", "large");
            assertThat(cut.keptBytes()).isLessThan(3 << 20);
            CutBatch batch = new CutBatch();
            List<String> seen = new ArrayList<>();
            while (cut.walk(batch, 10, 1)) {
                batch.forEach((db, key, v, expiry) -> seen.add(text(key) + expiry + text(v)));
                cut.done(batch);
            }
            assertThat(seen).containsExactly("big-1" + value);
            cut.close();
            assertThat(desk.run("strlen large")).isEqualTo(":" + (value.length() + 4) + "\r\n");
            assertThat(desk.run("getrange large -5 -1")).isEqualTo("$5\r\nxtail\r\n");
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
    }

    /** Random commands between the slices of a walk, against plain maps. */
    private static final class Interleaving {
        private final CommandDesk desk;
        private final Random random;
        private final int keys;
        private final Map<String, Held> model = new HashMap<>();
        private final Map<String, Held> seen = new HashMap<>();
        private final Deque<CutBatch> out = new ArrayDeque<>();

        Interleaving(CommandDesk desk, Random random, int keys) {
            this.desk = desk;
            this.random = random;
            this.keys = keys;
        }

        void run() {
            change(keys * 2);
            long before = desk.kept();
            for (int cuts = 0; cuts < 2; cuts++) {
                walkWhileChanging();
                assertThat(desk.kept()).isEqualTo(before).isZero();
                change(random.nextInt(1 + keys / 4));
            }
            assertLiveSet();
            desk.run("flushall");
            while (desk.keyspace.rehashStep(1_000_000)) {
                // Until the background work is done.
            }
            assertThat(desk.charged()).isZero();
        }

        private void walkWhileChanging() {
            Map<String, Held> expected = new HashMap<>(model);
            seen.clear();
            boolean abort = random.nextInt(6) == 0;
            int slice = 1 + random.nextInt(300);
            int churn = random.nextInt(3) == 0 ? 0 : random.nextInt(60);
            Cut cut = desk.keyspace.beginCut();
            assertThat(cut.total()).isEqualTo(expected.size());
            int lastDb = 0;
            while (true) {
                change(churn);
                CutBatch batch = new CutBatch();
                if (!cut.walk(batch, slice, 1 << 16)) {
                    break;
                }
                out.add(batch);
                if (random.nextInt(4) == 0 || out.size() > 5) {
                    change(churn);
                    lastDb = read(cut, lastDb);
                }
                if (abort && random.nextInt(20) == 0) {
                    break;
                }
            }
            boolean closeFirst = random.nextBoolean();
            if (closeFirst) {
                cut.close();
                change(churn);
            }
            while (!out.isEmpty()) {
                lastDb = read(cut, lastDb);
                change(churn);
            }
            if (!abort) {
                assertThat(seen).isEqualTo(expected);
                assertThat(cut.processed()).isEqualTo(cut.total());
            } else {
                assertThat(expected).containsAllEntriesOf(seen);
            }
            cut.close();
            while (desk.keyspace.rehashStep(1_000_000)) {
                // Until what an abort left is freed.
            }
        }

        private int read(Cut cut, int lastDb) {
            CutBatch batch = out.remove();
            int[] db = {lastDb};
            batch.forEach(
                    (number, key, value, expiry) -> {
                        assertThat(number).isGreaterThanOrEqualTo(db[0]);
                        db[0] = number;
                        Held twice =
                                seen.put(number + "/" + text(key), new Held(text(value), expiry));
                        assertThat(twice).isNull();
                    });
            cut.done(batch);
            return db[0];
        }

        private void change(int steps) {
            for (int i = 0; i < steps; i++) {
                changeOnce();
            }
        }

        private void changeOnce() {
            desk.db = random.nextInt(3);
            String key = "key:" + random.nextInt(keys + 1);
            String at = desk.db + "/" + key;
            Held held = model.get(at);
            String text = "v".repeat(random.nextInt(20)) + random.nextInt(1000);
            switch (random.nextInt(14)) {
                case 0, 1, 2, 3, 4 -> {
                    desk.run("set", key, text);
                    model.put(at, new Held(text, -1));
                }
                case 5 -> {
                    desk.run("append", key, text);
                    model.put(
                            at,
                            held == null
                                    ? new Held(text, -1)
                                    : new Held(held.value + text, held.expiry));
                }
                case 6 -> {
                    desk.run("del", key);
                    model.remove(at);
                }
                case 7 -> {
                    long expiry = desk.now + 1 + random.nextInt(10_000);
                    desk.run("pexpireat", key, Long.toString(expiry));
                    model.computeIfPresent(at, (k, old) -> new Held(old.value, expiry));
                }
                case 8 -> {
                    desk.run("persist", key);
                    model.computeIfPresent(at, (k, old) -> new Held(old.value, -1));
                }
                case 9 -> {
                    desk.run("setrange", key, "2", "ZZ");
                    String old = held == null ? "" : held.value;
                    StringBuilder value = new StringBuilder(old);
                    value.setLength(Math.max(4, old.length()));
                    value.replace(2, 4, "ZZ");
                    model.put(at, new Held(value.toString(), held == null ? -1 : held.expiry));
                }
                case 10 -> {
                    String other = "key:" + random.nextInt(keys + 1);
                    desk.run("rename", key, other);
                    if (held != null) {
                        model.remove(at);
                        model.put(desk.db + "/" + other, held);
                    }
                }
                case 11 -> {
                    desk.run("mset", key, "a" + text, "mset:" + key, text);
                    model.put(at, new Held("a" + text, -1));
                    model.put(desk.db + "/mset:" + key, new Held(text, -1));
                }
                case 12 -> {
                    if (random.nextInt(500) == 0) {
                        desk.run(random.nextBoolean() ? "flushdb" : "flushdb async");
                        String prefix = desk.db + "/";
                        model.keySet().removeIf(k -> k.startsWith(prefix));
                    } else if (random.nextInt(1500) == 0) {
                        desk.run("flushall");
                        model.clear();
                    }
                }
                default -> {
                    if (keys > 0 && random.nextInt(keys) > 50) {
                        return;
                    }
                    desk.now += random.nextInt(200);
                    desk.keyspace.activeExpire(
                            desk.now, Integer.MAX_VALUE, Long.MAX_VALUE, desk.effects);
                    desk.run("get", key);
                    dropExpired();
                }
            }
        }

        /** Active expiry leaves a database in which it finds little, so ask for every key that the model knows expired. */
        private void dropExpired() {
            List<String> expired = new ArrayList<>();
            model.forEach(
                    (k, held) -> {
                        if (held.expiry >= 0 && held.expiry < desk.now) {
                            expired.add(k);
                        }
                    });
            int db = desk.db;
            for (String k : expired) {
                desk.db = k.charAt(0) - '0';
                desk.run("get", k.substring(2));
                model.remove(k);
            }
            desk.db = db;
        }

        private void assertLiveSet() {
            long keysThere = 0;
            for (Map.Entry<String, Held> entry : model.entrySet()) {
                desk.db = entry.getKey().charAt(0) - '0';
                String key = entry.getKey().substring(2);
                Held held = entry.getValue();
                assertThat(desk.run("get", key))
                        .isEqualTo("$" + held.value.length() + "\r\n" + held.value + "\r\n");
                assertThat(desk.run("pexpiretime", key)).isEqualTo(":" + held.expiry + "\r\n");
                keysThere++;
            }
            assertThat(desk.keyspace.keyCount()).isEqualTo(keysThere);
            for (int db = 0; db < 3; db++) {
                String prefix = db + "/";
                assertThat(desk.keyspace.expires(db))
                        .isEqualTo(
                                model.entrySet().stream()
                                        .filter(e -> e.getKey().startsWith(prefix))
                                        .filter(e -> e.getValue().expiry >= 0)
                                        .count());
            }
        }
    }
}
