package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.ByteModel;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.FakeLoop;
import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.ModelReader;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.stream.StreamRange;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemotionTest {
    private static final int WINDOW = 128 << 10;
    private static final int PIECE = 1_000;
    private static final long START = 51;

    @TempDir Path dir;
    private final FakeLoop loop = new FakeLoop();
    private LoggedBuffer logged;

    private void open(Map<String, String> directives) throws Exception {
        logged = new LoggedBuffer(dir, new ByteModel(3, START, 8 << 20), START, WINDOW, directives);
    }

    @AfterEach
    void nothingIsLeft() {
        if (logged != null) {
            logged.close(loop::run);
        }
    }

    @Test
    void shouldServeFromTheLogWhatTheWindowHasLetGo() throws Exception {
        open(Map.of());
        logged.feedPaced(20 * WINDOW, PIECE);
        logged.awaitWritten();

        assertThat(logged.buffer.coverage()).isEqualTo(new StreamRange(START, START + 20 * WINDOW));
        assertThat(logged.stats().backlogBytes()).isLessThan(2 * WINDOW);
        ModelReader late = logged.open(START + 12_345, loop);
        assertThat(late.cursor().inLog()).isTrue();
        assertThat(late.begin(1 << 20)).isLessThanOrEqualTo(WindowedCursor.FILE_SLICE_BYTES_MAX);
        late.finish(77);
        logged.await(
                () -> {
                    late.readAll(100_000);
                    loop.run();
                    return !late.cursor().inLog();
                });
        assertThat(late.offset()).isEqualTo(logged.buffer.nextOffset());
        logged.feed(500);
        assertThat(late.read(1_000)).isEqualTo(500);
        assertThat(logged.stats().demotedCursors()).isZero();
    }

    @Test
    void shouldNotFlapAroundTheWindowsEdge() throws Exception {
        open(Map.of());
        ModelReader slow = logged.open(START, loop);
        logged.feedPaced(WINDOW + PIECE, PIECE);
        loop.run();
        assertThat(slow.cursor().inLog()).isTrue();

        // It follows at the writer's pace, between half a window and a window behind.
        for (int i = 0; i < 500; i++) {
            logged.feedPaced(PIECE, PIECE);
            readExactly(slow, PIECE);
            loop.run();
        }
        assertThat(logged.stats().demotions()).isEqualTo(1);
        assertThat(logged.stats().handOffs()).isZero();

        readExactly(slow, WINDOW / 2);
        logged.await(() -> slow.read(1) >= 0 && !slow.cursor().inLog());
        for (int i = 0; i < 500; i++) {
            logged.feedPaced(PIECE, PIECE);
            readExactly(slow, PIECE);
        }
        assertThat(logged.stats().demotions()).isEqualTo(1);
        assertThat(logged.stats().handOffs()).isEqualTo(1);
    }

    @Test
    void shouldWithdrawAnOfferThatIsNotTaken() throws Exception {
        open(Map.of());
        ModelReader replica = logged.open(START, loop);
        logged.feedPaced(2 * WINDOW, PIECE);
        loop.run();
        logged.awaitWritten();
        readExactly(replica, 2 * WINDOW - WINDOW / 4);
        logged.turn();
        assertThat(replica.cursor().outputBytes()).as("the offer pins").isPositive();

        logged.feedPaced(10 * WINDOW, PIECE);
        assertThat(replica.cursor().outputBytes()).isZero();
        assertThat(replica.cursor().inLog()).isTrue();
        assertThat(logged.stats().retainedBytes()).isLessThan(2 * WINDOW);
        loop.run();
        logged.await(
                () -> {
                    replica.readAll(100_000);
                    return !replica.cursor().inLog();
                });
        assertThat(logged.stats().handOffs()).isEqualTo(1);
    }

    @Test
    void shouldHandOverAtTheLogsEndWhenTheLogStops() throws Exception {
        open(Map.of());
        ModelReader replica = logged.open(START, loop);
        logged.feedPaced(4 * WINDOW, PIECE);
        logged.awaitWritten();
        loop.run();
        assertThat(replica.cursor().inLog()).isTrue();
        logged.files.quotaBytes = 10;
        logged.feed(1_000);
        logged.await(() -> !logged.log.writing());

        // The rest of the log still comes from the log, what follows from memory, pinned from the
        // log's end on.
        logged.feed(40_000);
        logged.turn();
        assertThat(replica.cursor().outputBytes()).isBetween(40_000L, 60_000L);
        logged.await(
                () -> {
                    replica.readAll(50_000);
                    loop.run();
                    return replica.offset() == logged.buffer.nextOffset();
                });
        assertThat(replica.cursor().inLog()).isFalse();
        assertThat(replica.cursor().broken()).isNull();
    }

    @Test
    void shouldBreakOffWhatNeitherLogNorWindowCovers() throws Exception {
        open(Map.of());
        ModelReader replica = logged.open(START, loop);
        logged.feedPaced(4 * WINDOW, PIECE);
        logged.awaitWritten();
        // The log stops, and the command loop has not come to look before a whole window was
        // written.
        logged.files.quotaBytes = 10;
        logged.buffer.feed(logged.model.bytes(logged.buffer.nextOffset(), 1_000));
        logged.log.wake();
        while (logged.commandLoop.isEmpty()) {
            Thread.onSpinWait();
        }
        logged.commandLoop.remove().run();
        logged.buffer.window().feed(logged.model.bytes(logged.buffer.nextOffset(), 3 * WINDOW));
        while (logged.buffer.window().turn(64)) {
            continue;
        }
        loop.run();
        logged.turn();

        assertThat(replica.cursor().broken()).isEqualTo("log-stopped");
        assertThat(replica.read(100)).isZero();
        assertThat(logged.buffer.coverage().startOffset())
                .isGreaterThan(logged.log.range().nextOffset());
        assertThat(logged.open(START, loop)).isNull();
    }

    @Test
    void shouldBreakOffAReaderThatTheCapHasOvertaken() throws Exception {
        open(Map.of("repl-log-retention-bytes", "256kb", "repl-log-max-bytes", "512kb"));
        ModelReader replica = logged.open(START, loop);
        logged.feedPaced(3 * WINDOW, PIECE);
        loop.run();
        FileSlice stuck = replica.cursor().nextFile(1_000);
        logged.feedPaced(20 * WINDOW, PIECE);
        logged.await(() -> replica.cursor().broken() != null);

        assertThat(replica.cursor().broken()).isEqualTo("gap");
        assertThat(replica.cursor().next(100)).isNull();
        assertThat(replica.cursor().nextFile(100)).isNull();
        logged.await(() -> logged.stats().fileBytes() <= 512 << 10);
        stuck.close();
        replica.cursor().close();
        assertThat(logged.stats().cursors()).isZero();
    }

    @Test
    void shouldKeepTheDiskWithinRetentionAndCapWhileAReaderHolds() throws Exception {
        open(Map.of("repl-log-retention-bytes", "256kb", "repl-log-max-bytes", "1mb"));
        ModelReader replica = logged.open(START, loop);
        long peak = 0;
        for (int i = 0; i < 60; i++) {
            logged.feedPaced(WINDOW, PIECE);
            loop.run();
            readExactly(replica, WINDOW - 1_000);
            peak = Math.max(peak, logged.log.range().bytes());
        }
        assertThat(replica.cursor().broken()).isNull();
        assertThat(peak).isLessThanOrEqualTo(512 << 10);
        logged.awaitWritten();
        logged.await(() -> logged.stats().fileBytes() <= 320 << 10);
    }

    @Test
    void shouldDemoteAtHardLimitSoftLimitOrWindowAndKillOnlyWhatStayed() throws Exception {
        open(Map.of());
        OutputLimit limit = logged.buffer.limit(new LimitConfig(1_000, 100, 1));

        assertThat(limit.judge(99, -1)).isEqualTo(OutputLimit.Verdict.KEEP);
        assertThat(limit.judge(100, 1_000)).isEqualTo(OutputLimit.Verdict.KEEP);
        assertThat(limit.judge(100, 1_001)).isEqualTo(OutputLimit.Verdict.DEMOTE);
        assertThat(limit.judge(1_000, -1)).isEqualTo(OutputLimit.Verdict.DEMOTE);
        assertThat(limit.judge(2 * WINDOW, 1_000_000)).isEqualTo(OutputLimit.Verdict.DEMOTE);
        assertThat(limit.judge(2 * WINDOW + 1, -1)).isEqualTo(OutputLimit.Verdict.KILL);
        assertThat(limit.softFloorBytes()).isZero();
        OutputLimit none = logged.buffer.limit(new LimitConfig(0, 0, 0));
        assertThat(none.judge(WINDOW, 1_000_000)).isEqualTo(OutputLimit.Verdict.KEEP);
        assertThat(none.judge(WINDOW + 1, 1_000_000)).isEqualTo(OutputLimit.Verdict.DEMOTE);
        assertThat(none.judge(100 * WINDOW, 1_000_000)).isEqualTo(OutputLimit.Verdict.KEEP);
    }

    @Test
    void shouldComeBackAtHalfOfWhatALimitDemotedItFor() throws Exception {
        open(Map.of());
        ModelReader replica = logged.open(START, loop);
        logged.feed(WINDOW / 8);
        logged.turn();
        assertThat(replica.cursor().demote()).isTrue();
        assertThat(replica.cursor().demote()).as("again").isFalse();
        assertThat(replica.cursor().outputBytes()).isZero();
        loop.run();
        logged.awaitWritten();
        readExactly(replica, WINDOW / 16 - 100);
        logged.turn();
        assertThat(replica.cursor().outputBytes()).as("no offer yet").isZero();
        readExactly(replica, 100);
        logged.await(
                () -> {
                    loop.run();
                    return !replica.cursor().inLog();
                });
        assertThat(replica.readAll(1_000)).isEqualTo(logged.buffer.nextOffset());
        assertThat(logged.stats().demotions()).isEqualTo(1);
        assertThat(logged.stats().handOffs()).isEqualTo(1);
    }

    @Test
    void shouldTakeAnOfferWithoutAWriteOrASend() throws Exception {
        open(Map.of());
        ModelReader replica = logged.open(START, loop);
        logged.feedPaced(2 * WINDOW, PIECE);
        loop.run();
        logged.awaitWritten();
        readExactly(replica, 2 * WINDOW);
        logged.turn();
        loop.run();
        assertThat(replica.cursor().inLog()).isFalse();
    }

    @Test
    void shouldKillByLimitsWithoutDemotion() throws Exception {
        open(Map.of("repl-buffer-demote", "no"));
        ModelReader replica = logged.open(START, loop);
        logged.feedPaced(4 * WINDOW, PIECE);

        assertThat(replica.cursor().inLog()).isFalse();
        assertThat(replica.cursor().outputBytes()).isGreaterThan(4 * WINDOW);
        assertThat(replica.cursor().demote()).isFalse();
        assertThat(
                        logged.buffer
                                .limit(new LimitConfig(2 * WINDOW, 0, 0))
                                .judge(replica.cursor().outputBytes(), -1))
                .isEqualTo(OutputLimit.Verdict.KILL);
        replica.cursor().close();
        loop.run();
        // What the window has let go of is in the log all the same.
        logged.feedPaced(WINDOW, PIECE);
        logged.awaitWritten();
        assertThat(logged.open(START, loop).cursor().inLog()).isTrue();
    }

    @Test
    void shouldServeEverybodyFromTheLogWithAWindowOfNothing() throws Exception {
        logged = new LoggedBuffer(dir, new ByteModel(3, START, 8 << 20), START, 0, Map.of());
        ModelReader live = logged.open(START, loop);
        for (int i = 0; i < 500; i++) {
            logged.feed(PIECE);
            live.readAll(100_000);
        }
        logged.awaitWritten();
        logged.await(() -> live.readAll(100_000) == logged.buffer.nextOffset());
        logged.turn();

        assertThat(live.cursor().inLog()).isTrue();
        assertThat(logged.stats().handOffs()).isZero();
        assertThat(logged.stats().retainedBytes()).isLessThan(3 * LoggedBuffer.BLOCK_BYTES);
        // One that asks for what is not written yet waits for it.
        logged.buffer.feed(logged.model.bytes(logged.buffer.nextOffset(), PIECE));
        ModelReader ahead = logged.open(logged.buffer.nextOffset(), loop);
        assertThat(ahead.cursor().inLog()).isTrue();
        logged.feed(PIECE);
        logged.await(() -> ahead.readAll(100_000) == logged.buffer.nextOffset());
    }

    @Test
    void shouldFallBackToMemoryWithAWindowOfNothingWhenTheLogStops() throws Exception {
        logged = new LoggedBuffer(dir, new ByteModel(3, START, 8 << 20), START, 0, Map.of());
        ModelReader live = logged.open(START, loop);
        logged.feed(50_000);
        logged.awaitWritten();
        logged.files.quotaBytes = 10;
        logged.feed(1_000);
        logged.await(() -> !logged.log.writing());
        logged.feed(10_000);
        logged.await(
                () -> {
                    loop.run();
                    return live.readAll(5_000) == logged.buffer.nextOffset();
                });
        assertThat(live.cursor().broken()).isNull();
        assertThat(live.cursor().inLog()).isFalse();
    }

    @Test
    void shouldGiveOnlyWhatIsSyncedFromMemoryAndFromTheLog() throws Exception {
        SyncHistory history = new SyncHistory(dir.resolve("history"), 1);
        try (Extents extents = new Extents(Extent.BYTES, null)) {
            ByteModel model = new ByteModel(1, 1, 1 << 20);
            RecordedBuffer buffer =
                    new RecordedBuffer(
                            new AofPsyncFactory()
                                    .create(
                                            new BufferContext(
                                                    System::nanoTime,
                                                    extents,
                                                    new Accountant().account(Owner.REPLICATION),
                                                    Runnable::run,
                                                    history,
                                                    1,
                                                    1 << 20,
                                                    Map.of(
                                                            "repl-buffer-window",
                                                            "16kb",
                                                            "repl-log-send-only-synced",
                                                            "yes"))),
                            history);
            history.syncedOffset = 1;
            ModelReader replica = new ModelReader(buffer.open(1, CursorRole.REPLICA, loop), model);
            buffer.feed(model.bytes(1, 10_000));
            assertThat(replica.cursor().pendingBytes()).isZero();
            assertThat(replica.read(1_000)).isZero();
            history.syncedOffset = 701;
            assertThat(replica.cursor().pendingBytes()).isEqualTo(700);
            assertThat(replica.readAll(1_000)).isEqualTo(701);
            assertThat(replica.cursor().inLog()).isFalse();

            buffer.feed(model.bytes(10_001, 40_000));
            buffer.turn(64);
            loop.run();
            assertThat(replica.cursor().inLog()).isTrue();
            assertThat(replica.read(1_000)).isZero();
            history.syncedOffset = 30_001;
            assertThat(replica.readAll(1_000)).isEqualTo(30_001);
            history.syncedOffset = Long.MAX_VALUE;
            assertThat(replica.readAll(1_000)).isEqualTo(50_001);
            // A replica that has more than was synced, from before a restart, waits.
            history.syncedOffset = 40_000;
            ModelReader ahead =
                    new ModelReader(buffer.open(50_001, CursorRole.REPLICA, loop), model);
            assertThat(ahead.cursor().pendingBytes()).isZero();
            assertThat(ahead.read(10)).isZero();
            buffer.close();
            loop.run();
        }
        history.close();
    }

    @Test
    void shouldKeepLaggardsInMemoryUnderTheLimitWhileTheLogIsStopped() throws Exception {
        open(Map.of());
        logged.files.quotaBytes = 10;
        ModelReader replica = logged.open(START, loop);
        logged.feed(1_000);
        logged.await(() -> !logged.log.writing());
        logged.feedPaced(4 * WINDOW, PIECE);

        assertThat(replica.cursor().outputBytes()).isGreaterThan(4 * WINDOW);
        OutputLimit limit = logged.buffer.limit(new LimitConfig(3 * WINDOW, 0, 0));
        assertThat(limit.judge(replica.cursor().outputBytes(), -1))
                .isEqualTo(OutputLimit.Verdict.KILL);
        assertThat(replica.readAll(100_000)).isEqualTo(logged.buffer.nextOffset());
    }

    @Test
    void shouldTakeTheLargerOfBacklogAnd16MbForAWindowByDefault() throws Exception {
        assertThat(AofPsyncConfig.windowByDefault(1 << 20)).isEqualTo(16 << 20);
        assertThat(AofPsyncConfig.windowByDefault(64 << 20)).isEqualTo(64 << 20);
        SyncHistory history = new SyncHistory(dir.resolve("history"), 1);
        try (Extents extents = new Extents(Extent.BYTES, null)) {
            AofPsyncBuffer buffer =
                    (AofPsyncBuffer)
                            new AofPsyncFactory()
                                    .create(
                                            new BufferContext(
                                                    System::nanoTime,
                                                    extents,
                                                    new Accountant().account(Owner.REPLICATION),
                                                    Runnable::run,
                                                    history,
                                                    1,
                                                    1 << 20,
                                                    Map.of()));
            assertThat(buffer.windowBytes()).isEqualTo(16 << 20);
            buffer.resizeBacklog(32 << 20);
            assertThat(buffer.windowBytes()).isEqualTo(32 << 20);
            buffer.close();
        }
        history.close();
    }

    @Test
    void shouldSayWhatItNeeds() {
        AofPsyncFactory factory = new AofPsyncFactory();
        assertThat(factory.needsHistory()).isTrue();
        assertThat(factory.options())
                .extracting(option -> option.name())
                .contains("repl-buffer-window");
        assertThatThrownBy(
                        () ->
                                factory.create(
                                        new BufferContext(
                                                System::nanoTime,
                                                new Extents(Extent.BYTES, null),
                                                new Accountant().account(Owner.REPLICATION),
                                                Runnable::run,
                                                null,
                                                1,
                                                1,
                                                Map.of())))
                .hasMessageContaining("history: null (expected");
        assertThat(ServiceLoader.load(ReplicationBufferFactory.class).stream())
                .anyMatch(provider -> provider.type() == AofPsyncFactory.class);
    }

    private void readExactly(ModelReader reader, int bytes) {
        long end = reader.offset() + bytes;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (reader.offset() < end) {
            reader.read((int) Math.min(50_000, end - reader.offset()));
            logged.log.wake();
            assertThat(System.nanoTime() - deadline)
                    .as("reader at %s, broken: %s", reader.offset(), reader.cursor().broken())
                    .isNegative();
        }
    }
}
