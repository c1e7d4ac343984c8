package io.replbuf.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.Seeds;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.snapshot.Rdbs.Entry;
import io.replbuf.snapshot.SnapshotResult.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Cut, writers and ends of a snapshot against each other, every step of both threads being the test's. Whatever comes between,
 * the RDB holds the data set of the cut, byte by byte, or the snapshot ends as it was told to; then nothing of it is left, and
 * the next one works.
 */
class SnapshotInterleavingTest {
    private static final int DATABASES = 3;

    /** What ends a snapshot, or comes near it. */
    private enum End {
        NONE,
        ABORT,
        ABORT_AND_WAIT,
        KEPT_LIMIT,
        FLUSHALL_WITH_ABORT,
        FLUSHALL,
        FLUSHDB,
        LOOP_GONE
    }

    private final Accountant accountant = new Accountant();
    private final Extents extents = Extents.keeping(8L << 30);
    private final Keyspace keyspace =
            new Keyspace(
                    DATABASES,
                    extents,
                    accountant.account(Owner.KEYSPACE),
                    accountant.account(Owner.SNAPSHOT));
    private final Map<String, Entry> model = new HashMap<>();

    @AfterEach
    void close() {
        keyspace.close();
        assertThat(extents.liveBytes()).isZero();
        extents.close();
    }

    /** All orders in which the two threads can take their steps, with the end at each place in each of them. */
    @Tag("ci")
    @ParameterizedTest
    @EnumSource(End.class)
    void shouldHoldTheCutInEveryOrderOfSteps(End end) throws Exception {
        Schedule schedule = new Schedule();
        int runs = 0;
        do {
            // The same data and writes in each run, so that orders alone differ.
            Random random = new Random(1);
            try {
                fill(random, 24);
                Run run = new Run(new SteppedJob(keyspace, 2, 6, 100, 1 << 20), random, end);
                run.changesPerStep = 2;
                run.play(schedule::choose);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("run " + runs + ", schedule " + schedule, e);
            }
            runs++;
        } while (schedule.next());
        assertThat(runs).isGreaterThan(50);
    }

    /** Larger ones, at random. */
    @Test
    void shouldHoldTheCutInRandomOrders() {
        Seeds.each(
                6,
                seed -> {
                    Random random = new Random(seed);
                    for (int i = 0; i < 10; i++) {
                        fill(random, 1 + random.nextInt(1_500));
                        SteppedJob job =
                                new SteppedJob(
                                        keyspace,
                                        1 + random.nextInt(8),
                                        1 + random.nextInt(200),
                                        1 + random.nextInt(100),
                                        1 + random.nextInt(200_000));
                        Run run =
                                new Run(
                                        job,
                                        random,
                                        End.values()[random.nextInt(End.values().length)]);
                        run.changesPerStep = random.nextInt(40);
                        run.play(random::nextInt);
                    }
                });
    }

    private void fill(Random random, int keys) {
        for (int i = 0; i < keys; i++) {
            put(random, i);
        }
    }

    private void put(Random random, int number) {
        int length = random.nextInt(50) == 0 ? random.nextInt(60_000) : random.nextInt(60);
        Entry entry =
                new Entry(
                        number % DATABASES,
                        "key:" + number,
                        Rdbs.noise(random, length),
                        random.nextInt(3) == 0 ? 4_000_000_000_000L + number : -1);
        keyspace.put(
                entry.db(),
                entry.key().getBytes(ISO_8859_1),
                ByteBuffer.wrap(entry.value().getBytes(ISO_8859_1)),
                entry.expireAtMillis());
        model.put(entry.key(), entry);
    }

    private void assertHolds(byte[] rdb, Map<String, Entry> expected) throws Exception {
        List<Entry> read = Rdbs.read(rdb);
        assertThat(read)
                .hasSize(expected.size())
                .containsExactlyInAnyOrderElementsOf(expected.values());
    }

    /** Picks one of so many. */
    private interface Chooser {
        int choose(int count);
    }

    /** One snapshot among writes. */
    private final class Run {
        private final SteppedJob job;
        private final Random random;
        private final End end;
        private final Map<String, Entry> atCut = new HashMap<>(model);
        private final int keys = model.size() + 4;
        private int changesPerStep;
        private boolean ended;
        private boolean loopGone;

        Run(SteppedJob job, Random random, End end) {
            this.job = job;
            this.random = random;
            this.end = end;
            ended = end == End.NONE;
        }

        void play(Chooser chooser) throws Exception {
            while (job.result() == null && !loopGone) {
                List<Runnable> steps = new ArrayList<>();
                if (job.threadCanGoOn()) {
                    steps.add(job::threadStep);
                }
                if (job.loopHasWork()) {
                    steps.add(job::loopStep);
                }
                assertThat(steps).as("steps of a snapshot that has not ended").isNotEmpty();
                if (!ended) {
                    steps.add(this::end);
                }
                steps.get(steps.size() == 1 ? 0 : chooser.choose(steps.size())).run();
                change();
            }
            while (job.loopHasWork() && !loopGone) {
                job.loopStep();
            }
            job.join();
            assertThat(job.timesTold()).isEqualTo(loopGone ? 0 : 1);
            if (!loopGone) {
                assertOutcome();
            }
            assertNothingLeft();
            assertNextWorks();
        }

        private void end() {
            ended = true;
            switch (end) {
                case NONE -> {}
                case ABORT -> job.job.abort("told to");
                case ABORT_AND_WAIT -> {
                    job.setFree();
                    job.job.abortNow("told to");
                }
                case KEPT_LIMIT -> {
                    job.keptBytesMax.set(1);
                    job.job.tick();
                }
                case FLUSHALL_WITH_ABORT -> {
                    job.job.abort("told to");
                    job.keptBytesMax.set(1);
                    flush();
                    job.job.tick();
                }
                case FLUSHALL -> flush();
                case FLUSHDB -> {
                    int db = random.nextInt(DATABASES);
                    keyspace.flush(db, random.nextBoolean());
                    model.values().removeIf(entry -> entry.db() == db);
                }
                case LOOP_GONE -> {
                    loopGone = true;
                    job.setFree();
                    job.job.abandon("told to");
                }
            }
        }

        private void flush() {
            keyspace.flushAll(random.nextBoolean());
            model.clear();
        }

        private void change() {
            for (int i = 0; i < changesPerStep; i++) {
                put(random, random.nextInt(keys));
            }
            // Some of it, or all.
            keyspace.rehashStep(random.nextInt(4) == 0 ? Long.MAX_VALUE : 0);
        }

        private void assertOutcome() throws Exception {
            SnapshotResult result = job.result();
            switch (end) {
                case NONE, FLUSHALL, FLUSHDB ->
                        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
                case KEPT_LIMIT ->
                        assertThat(result.outcome()).isIn(Outcome.COMPLETE, Outcome.FAILED);
                default -> assertThat(result.outcome()).isIn(Outcome.COMPLETE, Outcome.ABORTED);
            }
            if (result.complete()) {
                assertHolds(job.bytes.toByteArray(), atCut);
            } else {
                assertThat(job.channelClosed()).isTrue();
            }
        }

        private void assertNothingLeft() {
            assertThat(keyspace.cutInProgress()).isFalse();
            while (keyspace.rehashStep(Long.MAX_VALUE)) {
                // What an abort or a flush left is freed in the background.
            }
            assertThat(job.job.keptBytes()).isZero();
            assertThat(accountant.account(Owner.SNAPSHOT).bytes()).isZero();
            assertThat(keyspace.keyCount()).isEqualTo(model.size());
        }

        private void assertNextWorks() throws Exception {
            SteppedJob next = new SteppedJob(keyspace, 8, 256, 1_000_000, 1 << 20);
            next.setFree();
            while (next.result() == null) {
                if (next.loopHasWork()) {
                    next.loopStep();
                } else {
                    Thread.onSpinWait();
                }
            }
            next.join();
            assertHolds(next.bytes.toByteArray(), model);
            keyspace.flushAll();
            model.clear();
            assertThat(accountant.account(Owner.KEYSPACE).bytes()).isZero();
        }
    }

    /** Goes through all sequences of choices, depth first. */
    private static final class Schedule {
        private final List<int[]> choices = new ArrayList<>();
        private int depth;

        int choose(int count) {
            if (depth == choices.size()) {
                choices.add(new int[] {0, count});
            }
            int[] choice = choices.get(depth++);
            assertThat(choice[1]).as("choices at %d", depth).isEqualTo(count);
            return choice[0];
        }

        /** Whether there is another. */
        boolean next() {
            depth = 0;
            while (!choices.isEmpty()) {
                int[] last = choices.get(choices.size() - 1);
                if (++last[0] < last[1]) {
                    return true;
                }
                choices.remove(choices.size() - 1);
            }
            return false;
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            choices.forEach(choice -> text.append(choice[0]));
            return text.toString();
        }
    }
}
