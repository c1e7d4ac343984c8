package io.replbuf.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.StreamHistory;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamLogTest {
    private static final long START = LogFixture.START;

    @TempDir Path dir;
    private LogFixture fixture;

    private LogFixture fixture(int streamBytes) {
        fixture = new LogFixture(dir, streamBytes);
        return fixture;
    }

    @AfterEach
    void nothingIsLeft() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void shouldServeEveryByteAcrossSegments() throws Exception {
        LogFixture f = fixture(100_000).open();
        f.feed(100_000, 333).awaitWritten();

        assertThat(f.log.range()).isEqualTo(new StreamRange(START, START + 100_000));
        assertThat(f.log.stats().segments()).isGreaterThan(10);
        f.check(START, f.fed());
        assertThat(f.log.lease(f.fed(), 10)).isNull();
        assertThat(f.log.lease(START - 1, 10)).isNull();
    }

    @Test
    void shouldHoldTheStreamAndNothingElseInItsFiles() throws Exception {
        LogFixture f = fixture(50_000).open();
        f.feed(50_000, 1_000).awaitWritten();
        f.log.close();

        Path folder = f.config().folder();
        Manifest manifest = manifest(folder);
        ByteBuffer all = ByteBuffer.allocate(50_000);
        for (ManifestEntry entry : manifest.entries()) {
            assertThat(entry.startOffset()).isEqualTo(START + all.position());
            all.put(Files.readAllBytes(folder.resolve(entry.fileName())));
            assertThat(entry.nextOffset()).isEqualTo(START + all.position());
            assertThat(entry.replid()).isEqualTo(LogFixture.REPLID);
        }
        assertThat(all.array()).isEqualTo(f.stream);
    }

    @Test
    void shouldRollExactlyWhereTheCommandLoopSaid() throws Exception {
        LogFixture f = fixture(20_000).open();
        f.feed(100, 100);
        f.log.rollAt(START + 100);
        f.feed(1, 1);
        f.log.rollAt(START + 101);
        f.feed(4_000, 4_000).awaitWritten();

        // The manifest follows on the disk thread.
        f.await(() -> starts(f).equals(List.of(START, START + 100, START + 101)));
        f.check(START, f.fed());
        assertThat(f.log.wantsRoll(f.fed())).isFalse();
        f.feed(96, 96);
        assertThat(f.log.wantsRoll(f.fed())).isTrue();
        assertThatThrownBy(() -> f.log.rollAt(START + 100))
                .hasMessageContaining("expected: >= 152");
    }

    @Test
    void shouldNotRollAnEmptySegment() throws Exception {
        LogFixture f = fixture(1_000).open();
        f.log.rollAt(START);
        f.feed(500, 100).awaitWritten();

        assertThat(f.log.stats().segments()).isEqualTo(1);
    }

    @Test
    void shouldBeginBehindASegmentWhoseFileLacksBytes() throws Exception {
        LogFixture f = fixture(100_000).open();
        f.feed(100_000, 333).awaitWritten();
        f.await(() -> starts(f).size() > 5);
        long second = starts(f).get(1);
        long third = starts(f).get(2);
        cutOff(manifest(f.config().folder()).entries().get(1), f, 100);

        f.check(START, second);
        assertThat(f.log.lease(third - 50, 10)).as("cut off").isNull();
        assertThat(f.log.range()).isEqualTo(new StreamRange(third, f.fed()));
        assertThat(f.log.whyGone(third - 50)).isEqualTo("unreadable");
        assertThat(f.log.lease(START, 10)).as("before a gap").isNull();
        f.check(third, f.fed());
        assertThat(f.log.writing()).isTrue();
        assertThat(f.log.stats().errors()).isEqualTo(1);
    }

    @Test
    void shouldStopRatherThanWriteBehindAHole() throws Exception {
        LogFixture f = fixture(10_000).open();
        f.feed(1_000, 333).awaitWritten();
        List<ManifestEntry> entries = manifest(f.config().folder()).entries();
        cutOff(entries.get(entries.size() - 1), f, 100);
        f.feed(1_000, 1_000);

        f.await(() -> !f.log.writing());
        assertThat(f.log.stats().stoppedReason())
                .contains("has 900 bytes (expected: 1000, which were written");
        assertThat(f.log.range().nextOffset()).isEqualTo(START + 1_000);
    }

    private static void cutOff(ManifestEntry entry, LogFixture f, long bytes) throws IOException {
        try (java.nio.channels.FileChannel file =
                java.nio.channels.FileChannel.open(
                        f.config().folder().resolve(entry.fileName()),
                        java.nio.file.StandardOpenOption.WRITE)) {
            file.truncate(file.size() - bytes);
        }
    }

    @Test
    void shouldDropWholeSegmentsBeyondTheRetentionOldestFirst() throws Exception {
        LogFixture f = fixture(300_000).with("repl-log-retention-bytes", "20kb").open();
        f.feed(300_000, 500).awaitWritten();
        f.await(() -> f.log.stats().fileBytes() <= 20 << 10);

        StreamRange range = f.log.range();
        assertThat(range.bytes()).isBetween(12L << 10, 20L << 10);
        f.check(range.startOffset(), range.nextOffset());
        assertThat(f.log.lease(range.startOffset() - 1, 10)).isNull();
        f.await(() -> segmentFiles(f).size() == f.log.stats().segments());
        f.await(() -> manifest(f.config().folder()).entries().size() == f.log.stats().segments());
    }

    @Test
    void shouldKeepWhatIsHeldUntilTheHoldMovesOn() throws Exception {
        LogFixture f =
                fixture(200_000)
                        .with("repl-log-retention-bytes", "20kb")
                        .with("repl-log-max-bytes", "1gb")
                        .open();
        f.feed(10_000, 500).awaitWritten();
        StreamHistory.Hold hold = f.log.hold(START + 5_000);
        f.feed(190_000, 500).awaitWritten();

        assertThat(f.log.range().startOffset()).isLessThanOrEqualTo(START + 5_000);
        f.check(START + 5_000, f.fed());
        hold.moveTo(START + 100_000);
        f.await(() -> f.log.range().startOffset() > START + 90_000);
        assertThat(f.log.range().startOffset()).isLessThanOrEqualTo(START + 100_000);
        assertThat(f.log.hold(START + 50)).isNull();
        hold.close();
        f.await(() -> f.log.range().bytes() <= 20 << 10);
    }

    @Test
    void shouldLetTheCapWinOverHoldsAndCountWhatIsStillLeased() throws Exception {
        LogFixture f =
                fixture(200_000)
                        .with("repl-log-retention-bytes", "20kb")
                        .with("repl-log-max-bytes", "40kb")
                        .open();
        f.feed(6_000, 500).awaitWritten();
        StreamHistory.Hold hold = f.log.hold(START);
        FileSlice lease = f.log.lease(START + 100, 1_000);
        f.feed(194_000, 500).awaitWritten();
        f.await(() -> f.log.stats().fileBytes() <= 40 << 10);

        assertThat(f.log.range().startOffset()).isGreaterThan(START);
        assertThat(f.log.stats().deletedBytes()).isPositive();
        ByteBuffer read = ByteBuffer.allocate(1_000);
        assertThat(lease.channel().read(read, lease.position())).isEqualTo(1_000);
        assertThat(ByteBuffer.wrap(f.stream, 100, 1_000)).isEqualTo(read.flip());
        lease.close();
        lease.close();
        f.await(() -> f.log.stats().deletedBytes() == 0);
        hold.close();
    }

    @Test
    void shouldTakeOtherBoundsOverWhileItIsWritten() throws Exception {
        LogFixture f =
                fixture(200_000)
                        .with("repl-log-retention-bytes", "20kb")
                        .with("repl-log-max-bytes", "40kb")
                        .open();
        StreamHistory.Hold hold = f.log.hold(START);
        f.with("repl-log-max-bytes", "1gb").log.configure(f.config());
        f.feed(100_000, 500).awaitWritten();
        assertThat(f.log.range().startOffset()).isEqualTo(START);
        assertThat(f.log.maxBytes()).isEqualTo(1 << 30);

        f.with("repl-log-max-bytes", "60kb").log.configure(f.config());
        f.feed(100_000, 500).awaitWritten();
        f.await(() -> f.log.stats().fileBytes() <= 60 << 10);
        hold.close();
    }

    @Test
    void shouldDropSegmentsThatAreTooOld() throws Exception {
        LogFixture f = fixture(50_000).with("repl-log-retention-seconds", "60").open();
        f.feed(40_000, 500).awaitWritten();
        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
        f.feed(5_000, 500).awaitWritten();
        assertThat(f.log.range().startOffset()).isEqualTo(START);

        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
        f.await(() -> f.log.range().startOffset() > START);
        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
        f.await(() -> f.log.stats().segments() == 1);
        f.check(f.log.range().startOffset(), f.fed());
    }

    @Test
    void shouldSyncEveryWriteUnderAlways() throws Exception {
        LogFixture f = fixture(10_000).with("appendfsync", "always").open();
        f.feed(10_000, 1_000);
        f.await(() -> f.toldSynced.get() == f.fed());

        assertThat(f.log.syncedOffset()).isEqualTo(f.fed());
        assertThat(f.log.stats().fsyncs()).isPositive();
    }

    @Test
    void shouldSyncOnceASecondUnderEverysec() throws Exception {
        LogFixture f = fixture(10_000).with("appendfsync", "everysec").open();
        f.feed(5_000, 1_000).awaitWritten();
        assertThat(f.log.syncedOffset()).isEqualTo(START);

        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        f.await(() -> f.log.syncedOffset() == f.fed());
        assertThat(f.toldSynced.get()).isEqualTo(f.fed());
    }

    @Test
    void shouldPostponeWritesWhileAnFsyncRunsButNotForMoreThanTwoSeconds() throws Exception {
        LogFixture f = fixture(100_000).with("repl-log-segment-size", "1mb").open();
        CountDownLatch brake = new CountDownLatch(1);
        try {
            f.feed(1_000, 1_000).awaitWritten();
            f.files.forceBrake = brake;
            f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            f.await(f.log::syncing);
            f.feed(1_000, 1_000);
            long before = f.nanos.get();
            f.await(
                    () -> {
                        f.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(50));
                        return f.log.range().nextOffset() == f.fed();
                    });

            assertThat(f.nanos.get() - before).isGreaterThanOrEqualTo(2_000_000_000L);
            assertThat(f.log.stats().delayedFsyncs()).isEqualTo(1);
            assertThat(f.log.syncedOffset()).isEqualTo(START);
        } finally {
            brake.countDown();
        }
        f.await(() -> f.log.syncedOffset() >= START + 1_000);
        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        f.await(() -> f.log.syncedOffset() == f.fed());
    }

    @Test
    void shouldNotPostponeForSoLongThatTheDiskSeemsStalled() throws Exception {
        LogFixture f =
                fixture(100_000)
                        .with("repl-log-segment-size", "1mb")
                        .with("repl-log-stall-bytes", "20000")
                        .open();
        CountDownLatch brake = new CountDownLatch(1);
        try {
            f.feed(1_000, 1_000).awaitWritten();
            f.files.forceBrake = brake;
            f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            f.await(f.log::syncing);
            f.feed(10_000, 1_000).awaitWritten();
            assertThat(f.log.stats().delayedFsyncs()).isPositive();
        } finally {
            brake.countDown();
        }
    }

    @Test
    void shouldNameASegmentInTheManifestBeforeItsBytesCountWhereRepliesWaitForThem()
            throws Exception {
        LogFixture f = fixture(100_000).open();
        f.log.appendFsync(FsyncPolicy.EVERYSEC, true);
        CountDownLatch brake = new CountDownLatch(1);
        try {
            // The manifest cannot be stored: it would call the first segment finished.
            f.files.forceBrake = brake;
            f.feed(10_000, 1_000);
            f.await(() -> f.log.range().nextOffset() >= START + 5_000);
            // For a while, since bytes that should not come can only be waited for.
            Awaitility.await()
                    .during(Duration.ofMillis(100))
                    .until(() -> f.log.range().nextOffset() == START + 5_000);
        } finally {
            brake.countDown();
        }
        f.awaitWritten();
        assertThat(last(manifest(f.config().folder())).startOffset()).isEqualTo(START + 5_000);
    }

    @Test
    void shouldNotCallASegmentSafeThatTheManifestDoesNotName() throws Exception {
        LogFixture f = fixture(100_000).with("appendfsync", "everysec").open();
        CountDownLatch brake = new CountDownLatch(1);
        try {
            f.files.forceBrake = brake;
            // The manifest for the second segment waits, and behind it a sync of both.
            f.feed(10_000, 1_000).awaitWritten();
            f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            f.await(f.log::syncing);
            f.files.failsReplace = true;
        } finally {
            brake.countDown();
        }
        f.await(() -> f.toldStopped != null && !f.log.syncing());
        assertThat(f.log.syncedOffset()).isEqualTo(START);
    }

    @Test
    void shouldChangeTheFsyncPolicyAtRunTime() throws Exception {
        LogFixture f = fixture(10_000).with("appendfsync", "no").open();
        f.feed(5_000, 500).awaitWritten();
        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
        f.feed(1_000, 500).awaitWritten();
        assertThat(f.log.syncedOffset()).isEqualTo(START);

        f.log.appendFsync(FsyncPolicy.ALWAYS, false);
        f.await(() -> f.log.syncedOffset() == f.fed());
        f.log.appendFsync(FsyncPolicy.NO, false);
        f.feed(1_000, 500).awaitWritten();
        assertThat(f.log.syncedOffset()).isEqualTo(f.fed() - 1_000);
    }

    @Test
    void shouldBeginAnewInSpiteOfAReaderThatReadsNothing() throws Exception {
        LogFixture f = fixture(60_000);
        f.files.quotaBytes = 5_000;
        f.open();
        f.feed(10_000, 500);
        f.await(() -> f.toldStopped != null);
        StreamHistory.Hold stalled = f.log.hold(START);
        FileSlice lease = f.log.lease(START, 100);
        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
        assertThat(f.log.wantsRestart()).isFalse();
        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(f.log.wantsRestart()).isTrue();

        f.files.quotaBytes = Long.MAX_VALUE;
        f.cursor = new ArrayCursor(f.stream, START, f.fed(), f.log.loop());
        f.log.restart(f.cursor, LogFixture.REPLID);
        f.await(() -> f.log.writing());
        assertThat(f.log.lease(START, 100)).isNull();
        ByteBuffer read = ByteBuffer.allocate(100);
        assertThat(lease.channel().read(read, lease.position())).isEqualTo(100);
        lease.close();
        stalled.close();
    }

    @Test
    void shouldLookAtTheHoldsOncePerSegmentNotOncePerWrite() throws Exception {
        LogFixture f =
                fixture(400_000)
                        .with("repl-log-retention-bytes", "20kb")
                        .with("repl-log-max-bytes", "1gb")
                        .open();
        List<StreamHistory.Hold> holds = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            holds.add(f.log.hold(START));
        }
        for (int i = 0; i < 300; i++) {
            f.feed(1_000, 1_000).awaitWritten();
        }
        // Over its retention from the twentieth write on, with a reader in the way.
        assertThat(f.log.range().startOffset()).isEqualTo(START);
        assertThat(f.log.holdLooks()).isLessThan(10);
        holds.forEach(StreamHistory.Hold::close);
        f.await(() -> f.log.range().bytes() <= 20 << 10);
    }

    @Test
    void shouldStopWhereTheDiskIsFullAndGoOnReading() throws Exception {
        LogFixture f = fixture(50_000);
        f.files.quotaBytes = 9_999;
        f.open();
        f.feed(20_000, 500);
        f.await(() -> f.toldStopped != null);

        assertThat(f.log.writing()).isFalse();
        assertThat(f.toldStopped).contains("No space left on device");
        assertThat(f.log.stats().stoppedReason()).isEqualTo(f.toldStopped);
        assertThat(f.log.stats().errors()).isPositive();
        assertThat(f.log.range()).isEqualTo(new StreamRange(START, START + 9_999));
        f.check(START, START + 9_999);
        f.await(() -> f.cursor.released());
        f.await(() -> last(manifest(f.config().folder())).nextOffset() == START + 9_999);
        assertThat(f.log.wantsRoll(f.fed())).isFalse();
        f.log.wake();
    }

    @Test
    void shouldBeginAnewInANewSegmentAfterAStop() throws Exception {
        LogFixture f = fixture(60_000);
        f.files.quotaBytes = 5_000;
        f.open();
        f.feed(10_000, 500);
        f.await(() -> f.toldStopped != null);
        assertThat(f.log.wantsRestart()).isFalse();
        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
        assertThat(f.log.wantsRestart()).isTrue();

        f.files.quotaBytes = Long.MAX_VALUE;
        f.cursor = new ArrayCursor(f.stream, START, f.fed(), f.log.loop());
        long again = f.fed();
        f.log.restart(f.cursor, LogFixture.REPLID);
        f.await(() -> f.log.writing());
        f.feed(20_000, 500).awaitWritten();

        assertThat(f.log.range()).isEqualTo(new StreamRange(again, f.fed()));
        f.check(again, f.fed());
        f.await(() -> segmentFiles(f).size() == f.log.stats().segments());
        assertThat(f.log.stats().restarts()).isEqualTo(1);
        assertThat(f.log.index().floor(again).offset()).isEqualTo(again);
    }

    @Test
    void shouldStopWhenAForceFails() throws Exception {
        LogFixture f = fixture(10_000).with("appendfsync", "always");
        f.files.failsForce = true;
        f.open();
        f.feed(1_000, 500);
        f.await(() -> f.toldStopped != null);

        assertThat(f.log.syncedOffset()).isEqualTo(START);
    }

    @Test
    void shouldStopWhenASegmentCannotBeMade() throws Exception {
        LogFixture f = fixture(20_000).open();
        f.feed(4_096, 512).awaitWritten();
        f.files.failsCreate = true;
        f.feed(1_000, 500);
        f.await(() -> f.toldStopped != null);

        assertThat(f.log.range().nextOffset()).isEqualTo(START + 4_096);
        f.check(START, START + 4_096);
    }

    @Test
    void shouldNoticeThatItsThreadFailed() throws Exception {
        LogFixture f = fixture(10_000);
        f.files.throwsOnWrite = new AssertionError("broken");
        f.open();
        f.feed(1_000, 500);
        f.await(() -> f.toldStopped != null);

        assertThat(f.toldStopped).contains("broken");
        assertThat(f.log.range().bytes()).isZero();
    }

    @Test
    void shouldNoticeThatItsThreadDied() throws Exception {
        LogFixture f = fixture(10_000).open();
        f.feed(1_000, 500).awaitWritten();
        f.log.loop()
                .execute(
                        () -> {
                            throw new AssertionError("killed");
                        });
        f.await(() -> f.toldStopped != null);

        assertThat(f.toldStopped).contains("thread ended").contains("killed");
        f.check(START, START + 1_000);
        assertThat(f.cursor.released()).isTrue();
    }

    @Test
    void shouldStopWhenTheDiskIsTooSlowForTooLong() throws Exception {
        LogFixture f =
                fixture(50_000)
                        .with("repl-log-stall-bytes", "10000")
                        .with("repl-log-stall-millis", "500");
        CountDownLatch brake = new CountDownLatch(1);
        f.files.brake = brake;
        f.open();
        try {
            f.feed(20_000, 500);
            f.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(499));
            f.log.wake();
            assertThat(f.log.writing()).isTrue();
            f.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
            f.log.wake();
            assertThat(f.log.writing()).isFalse();
            f.runCommandLoop();
            assertThat(f.toldStopped).contains("bytes behind the stream");
            assertThat(f.log.range().bytes()).isZero();
        } finally {
            brake.countDown();
        }
        f.await(() -> f.cursor.released());
        assertThat(f.log.range().bytes()).isZero();
    }

    @Test
    void shouldAskForThrottlingInsteadWhereConfigured() throws Exception {
        LogFixture f =
                fixture(50_000)
                        .with("repl-log-stall-bytes", "10000")
                        .with("repl-log-stall-millis", "0")
                        .with("repl-log-on-stall", "throttle");
        CountDownLatch brake = new CountDownLatch(1);
        f.files.brake = brake;
        f.open();
        try {
            f.feed(20_000, 500);
            assertThat(f.log.throttling()).isTrue();
            assertThat(f.log.writing()).isTrue();
        } finally {
            brake.countDown();
        }
        f.awaitWritten();
        f.log.wake();
        assertThat(f.log.throttling()).isFalse();
    }

    @Test
    void shouldIndexEvery64KbWithChecksumAndBoundary() throws Exception {
        LogFixture f = fixture(200_000).with("repl-log-segment-size", "1mb").open();
        for (int i = 0; i < 200; i++) {
            f.log.mark(f.fed(), i % 16);
            f.feed(1_000, 1_000);
        }
        f.awaitWritten();
        f.await(() -> f.log.index().floor(f.fed()).offset() == START + 2 * 65536);

        StreamIndex.Entry second = f.log.index().floor(START + 65536 + 17);
        assertThat(second.offset()).isEqualTo(START + 65536);
        assertThat(second.bytes()).isEqualTo(65536);
        CRC32C crc = new CRC32C();
        crc.update(f.stream, 65536, 65536);
        assertThat(second.crc32c()).isEqualTo((int) crc.getValue());
        assertThat((second.boundaryOffset() - START) % 1_000).isZero();
        assertThat(second.boundaryOffset()).isBetween(START, START + 2 * 65536);
        assertThat(second.db()).isEqualTo((int) ((second.boundaryOffset() - START) / 1_000 % 16));
        assertThat(f.log.index().floor(START - 1)).isNull();
        assertThat(f.account.bytes()).isPositive();
    }

    @Test
    void shouldSetALogFoundAtStartAsideAndCountIt() throws Exception {
        LogFixture first = fixture(10_000).open();
        first.feed(10_000, 500).awaitWritten();
        first.close();
        LogFixture second = fixture(10_000).open();
        second.feed(1_000, 500).awaitWritten();

        assertThat(dir.resolve("appendonlydir." + LogFixture.REPLID)).isDirectory();
        assertThat(second.log.stats().setAsideBytes()).isEqualTo(10_000);
        assertThat(second.log.fileBytes()).isEqualTo(11_000);
        second.close();

        LogFixture third = fixture(30_000).with("repl-log-retention-bytes", "12000").open();
        assertThat(dir.resolve("appendonlydir." + LogFixture.REPLID + ".2")).isDirectory();
        third.feed(8_000, 500).awaitWritten();
        third.await(() -> third.log.stats().setAsideBytes() == 1_000);
        third.feed(8_000, 500).awaitWritten();
        third.await(() -> third.log.stats().setAsideBytes() == 0);
        third.await(() -> foldersIn(dir).equals(List.of("appendonlydir")));
    }

    @Test
    void shouldRefuseARedisServersFolder() throws Exception {
        Path folder = Files.createDirectories(dir.resolve("appendonlydir"));
        Files.writeString(
                folder.resolve("appendonly.aof.manifest"),
                "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n");
        LogFixture f = new LogFixture(dir, 1);

        assertThatThrownBy(f::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "appendonly.aof.1.base.rdb, which no stream log wrote (expected");
        assertThat(folder.resolve("appendonly.aof.manifest")).exists();
    }

    @Test
    void shouldRefuseAFolderThatCannotBeMade() throws Exception {
        Files.writeString(dir.resolve("appendonlydir"), "a file");
        LogFixture f = new LogFixture(dir, 1);

        assertThatThrownBy(f::open).isInstanceOf(IOException.class);
    }

    private static Manifest manifest(Path folder) throws IOException {
        return ManifestParser.parse(Files.readAllBytes(folder.resolve("appendonly.aof.manifest")));
    }

    private static ManifestEntry last(Manifest manifest) {
        return manifest.entries().get(manifest.entries().size() - 1);
    }

    private static List<Long> starts(LogFixture f) throws IOException {
        return manifest(f.config().folder()).entries().stream()
                .map(ManifestEntry::startOffset)
                .collect(Collectors.toList());
    }

    private static List<String> segmentFiles(LogFixture f) throws IOException {
        try (Stream<Path> files = Files.list(f.config().folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".incr.aof"))
                    .collect(Collectors.toList());
        }
    }

    private static List<String> foldersIn(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toList());
        }
    }
}
