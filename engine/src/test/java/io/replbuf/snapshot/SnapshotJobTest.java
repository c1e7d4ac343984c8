package io.replbuf.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.snapshot.Rdbs.Entry;
import io.replbuf.snapshot.SnapshotResult.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotJobTest {
    private final TestEngine engine = new TestEngine();

    @AfterEach
    void close() throws Exception {
        engine.close();
    }

    @Test
    void shouldWriteTheMomentOfItsStartWhateverChangesMeanwhile() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Entry> entries = entries(random, 20_000);
        engine.fill(entries);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Semaphore permits = new Semaphore(0);
        start(new Gated(bytes, permits));

        for (int i = 0; i < 200; i++) {
            engine.run(() -> change(random, entries));
            permits.release();
        }
        engine.run(() -> engine.keyspace.flush(1));
        permits.release(1 << 20);

        SnapshotResult result = engine.result();
        assertThat(result)
                .isEqualTo(
                        new SnapshotResult(Outcome.COMPLETE, null, entries.size(), bytes.size()));
        List<Entry> read = Rdbs.read(bytes.toByteArray());
        assertThat(read).as("seed %d", seed).doesNotHaveDuplicates().hasSameSizeAs(entries);
        assertThat(Set.copyOf(read)).as("seed %d", seed).isEqualTo(Set.copyOf(entries));
    }

    @Test
    void shouldPassOverKeysThatAreNewerThanItInAFlushedTable() throws Exception {
        engine.fill(100, "old");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Semaphore permits = new Semaphore(0);
        engine.run(
                () -> {
                    start(new Gated(bytes, permits), engine);
                    // Before the first slice: whole batches of records that are only to be freed.
                    for (int i = 0; i < 50_000; i++) {
                        engine.put(0, "new:" + i, "x");
                    }
                    engine.keyspace.flush(0);
                });
        permits.release(1 << 20);

        assertThat(engine.result().complete()).isTrue();
        assertThat(Rdbs.read(bytes.toByteArray()))
                .hasSize(100)
                .allMatch(entry -> entry.value().equals("old"));
        engine.run(() -> assertThat(engine.keyspace.cutInProgress()).isFalse());
    }

    @Test
    void shouldTellTheReaderHowManyKeysToExpect() throws Exception {
        engine.fill(
                List.of(
                        new Entry(2, "a", "1", 4_000_000_000_000L),
                        new Entry(2, "b", "2", -1),
                        new Entry(7, "c", "3", -1)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        start(Channels.newChannel(bytes));
        engine.result();

        List<String> sizes = new ArrayList<>();
        Rdbs.reader(bytes.toByteArray())
                .read(
                        new RdbVisitor() {
                            @Override
                            public void sizes(int db, long keys, long expires) {
                                sizes.add(db + ":" + keys + "/" + expires);
                            }

                            @Override
                            public void string(int db, byte[] key, ByteBuffer value, long expiry) {}
                        });

        assertThat(sizes).containsExactly("2:2/1", "7:1/0");
    }

    @Test
    void shouldCountKeysWhileItRuns() throws Exception {
        engine.fill(5_000, "v".repeat(1000));
        Semaphore permits = new Semaphore(1);
        SnapshotJob job = start(new Gated(new ByteArrayOutputStream(), permits));

        awaitTrue(() -> job.keysProcessed() > 0);
        assertThat(job.keysProcessed()).isLessThan(5_000);
        assertThat(job.keysTotal()).isEqualTo(5_000);
        permits.release(1 << 20);

        assertThat(engine.result().complete()).isTrue();
        assertThat(job.keysProcessed()).isEqualTo(5_000);
        assertThat(job.bytesWritten()).isEqualTo(engine.result().bytes());
    }

    @Test
    void shouldEndWhenAbortedInsideAWriteThatNobodyTakes() throws Exception {
        engine.fill(20_000, Rdbs.noise(new Random(1), 1000));
        Pipe pipe = Pipe.open();
        SnapshotJob job = start(pipe.sink());
        awaitTrue(() -> engine.threads.get(0).isAlive() && job.keysProcessed() > 0);

        engine.run(() -> job.abort("last replica gone"));

        SnapshotResult result = engine.result();
        assertThat(result.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(result.reason()).isEqualTo("last replica gone");
        assertThat(pipe.sink().isOpen()).isFalse();
        pipe.source().close();
    }

    @Test
    void shouldEndWhenAbortedInsideADelay() throws Exception {
        engine.fill(10, "v");
        engine.keySaveDelayMicros.set(TimeUnit.HOURS.toMicros(1));
        SnapshotJob job = start(Channels.newChannel(new ByteArrayOutputStream()));
        awaitTrue(() -> job.keysProcessed() == 1);

        engine.run(() -> job.abort("FLUSHALL"));

        assertThat(engine.result().outcome()).isEqualTo(Outcome.ABORTED);
    }

    @Test
    void shouldEndBeforeItReturnsWhenAbortedNow() {
        engine.fill(10, "v");
        engine.keySaveDelayMicros.set(TimeUnit.HOURS.toMicros(1));
        SnapshotJob job = start(Channels.newChannel(new ByteArrayOutputStream()));

        engine.run(
                () -> {
                    job.abortNow("SHUTDOWN");
                    assertThat(engine.finished).isDone();
                    assertThat(engine.keyspace.cutInProgress()).isFalse();
                });
    }

    @Test
    void shouldNoticeThatTheDelayWasSetToZero() throws Exception {
        engine.fill(10, "v");
        engine.keySaveDelayMicros.set(TimeUnit.HOURS.toMicros(1));
        SnapshotJob job = start(Channels.newChannel(new ByteArrayOutputStream()));
        awaitTrue(() -> job.keysProcessed() == 1);

        engine.keySaveDelayMicros.set(0);

        assertThat(engine.result().complete()).isTrue();
    }

    @Test
    void shouldFinishUnderANegativeDelay() throws Exception {
        engine.fill(1_000, "v");
        engine.keySaveDelayMicros.set(-10);
        start(Channels.newChannel(new ByteArrayOutputStream()));

        assertThat(engine.result().complete()).isTrue();
    }

    @Test
    void shouldFailWhenTooMuchIsKeptForABlockedReader() throws Exception {
        engine.fill(20_000, "v".repeat(500));
        engine.keptBytesMax.set(100_000);
        SnapshotJob job = start(new Gated(new ByteArrayOutputStream(), new Semaphore(0)));

        engine.fill(1_000, "w".repeat(500));
        engine.run(job::tick);

        SnapshotResult result = engine.result();
        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason())
                .startsWith("kept for the snapshot: ")
                .endsWith("bytes (expected: <= repl-snapshot-max-kept 100000)");
        assertThat(job.keptBytesMost()).isGreaterThan(100_000);
        assertThat(job.keptBytes()).isZero();
    }

    @Test
    void shouldStayAbortedWhenWhatIsKeptMeanwhilePassesTheLimit() throws Exception {
        engine.fill(20_000, "v".repeat(500));
        engine.keptBytesMax.set(100_000);
        SnapshotJob job = start(new Gated(new ByteArrayOutputStream(), new Semaphore(0)));

        engine.run(
                () -> {
                    job.abort("FLUSHALL");
                    engine.keyspace.flushAll();
                    job.tick();
                });

        assertThat(engine.result().outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(engine.result().reason()).isEqualTo("FLUSHALL");
        assertThat(job.keptBytesMost()).isGreaterThan(100_000);
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IOException("Broken pipe"),
                new IllegalStateException("a bug"),
                new StackOverflowError("an error"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldTurnWhateverIsThrownIntoAResult(Throwable failure) throws Exception {
        engine.fill(5_000, Rdbs.noise(new Random(2), 1000));
        start(new Failing(failure));

        SnapshotResult result = engine.result();

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason())
                .startsWith("Write error saving DB to its channel: ")
                .contains(failure.getMessage());
    }

    @Test
    void shouldBeginAgainAfterAFailure() throws Exception {
        engine.fill(100, "v");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        engine.run(
                () ->
                        SnapshotJob.start(
                                engine.keyspace,
                                RdbOptions.DEFAULT,
                                RdbAux.NONE,
                                new Failing(new IOException("first")),
                                engine.env,
                                failed -> start(Channels.newChannel(bytes), engine)));

        assertThat(engine.result().keys()).isEqualTo(100);
        assertThat(Rdbs.read(bytes.toByteArray())).hasSize(100);
    }

    @Test
    void shouldReportThatNoThreadCouldBeHad() throws Exception {
        SnapshotEnv env =
                new SnapshotEnv(
                        engine.loop,
                        task ->
                                new Thread(task) {
                                    @Override
                                    public void start() {
                                        throw new OutOfMemoryError(
                                                "unable to create native thread");
                                    }
                                },
                        () -> 0,
                        () -> 0);
        engine.run(
                () ->
                        SnapshotJob.start(
                                engine.keyspace,
                                RdbOptions.DEFAULT,
                                RdbAux.NONE,
                                Channels.newChannel(new ByteArrayOutputStream()),
                                env,
                                engine::hear));

        assertThat(engine.result().reason()).contains("unable to create native thread");
    }

    @Test
    void shouldStreamAValueOfManyMegabytes() throws Exception {
        String value = Rdbs.words(new Random(4), 20 << 20);
        engine.run(() -> engine.put(0, "long", value));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        start(Channels.newChannel(bytes));
        engine.result();

        assertThat(bytes.size()).isLessThan(value.length() * 2 / 3);
        assertThat(Rdbs.read(bytes.toByteArray())).containsExactly(new Entry(0, "long", value, -1));
    }

    private SnapshotJob start(WritableByteChannel channel) {
        return engine.on(() -> start(channel, engine));
    }

    private static SnapshotJob start(WritableByteChannel channel, TestEngine engine) {
        return SnapshotJob.start(
                engine.keyspace, RdbOptions.DEFAULT, Rdbs.AUX, channel, engine.env, engine::hear);
    }

    private static List<Entry> entries(Random random, int count) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long expiry = random.nextInt(4) == 0 ? 4_000_000_000_000L + i : -1;
            String value =
                    random.nextBoolean()
                            ? "" + random.nextInt()
                            : Rdbs.noise(random, random.nextInt(200));
            entries.add(new Entry(random.nextInt(3), "key:" + i, value, expiry));
        }
        return entries;
    }

    /** Overwrites some keys, and adds some that the snapshot must not see. */
    private void change(Random random, List<Entry> entries) {
        for (int i = 0; i < 50; i++) {
            Entry entry = entries.get(random.nextInt(entries.size()));
            engine.put(entry.db(), entry.key(), Rdbs.noise(random, random.nextInt(300)));
            engine.put(random.nextInt(5), "new:" + random.nextInt(), "x");
        }
    }

    private static void awaitTrue(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .until(condition);
    }

    /** Takes one write per permit, until it is closed. */
    private record Gated(WritableByteChannel to, Semaphore permits) implements WritableByteChannel {
        Gated(ByteArrayOutputStream to, Semaphore permits) {
            this(Channels.newChannel(to), permits);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            try {
                permits.acquire();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
            int limit = bytes.limit();
            bytes.limit(Math.min(limit, bytes.position() + 7_001));
            int count = to.write(bytes);
            bytes.limit(limit);
            return count;
        }

        @Override
        public boolean isOpen() {
            return to.isOpen();
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }

    private record Failing(Throwable failure) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (failure instanceof IOException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            throw (RuntimeException) failure;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {
            throw new IOException("not even that");
        }
    }
}
