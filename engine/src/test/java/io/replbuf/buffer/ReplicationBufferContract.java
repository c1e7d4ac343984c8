package io.replbuf.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.memory.Poison;
import io.replbuf.stream.StreamRange;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every strategy owes; extend it, say which factory, and run it.
 *
 * <p>A subclass names its factory and adds up its live objects; where its strategy differs by design (a history, a backlog that is
 * lost on resize, laggards that lose their place) it overrides the hook that says so. Run the JVM with {@code -Dreplbuf.poison=true}, and let a strategy that
 * recycles memory in its own way call {@link Poison#fill}: a reader of recycled memory is found by that. After every test
 * all memory must have come back.
 *
 * <p>No test waits for ever for a byte that was lost: it fails with what the cursor's {@link ReplicaCursor#broken} says, and each
 * ends within five minutes.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ReplicationBufferContract extends BufferContractBase {
    /** More than a cursor and what belongs to it takes in any strategy. */
    private static final int CURSOR_BYTES_MAX = 1_024;

    // ---- offsets

    @Test
    protected void shouldBeginEmptyAtItsStartOffset() {
        ReplicationBuffer buffer = fixture().buffer();

        assertThat(buffer.nextOffset()).isEqualTo(START);
        assertThat(buffer.coverage()).isEqualTo(new StreamRange(START, START));
    }

    /** After the bytes 1 to 50 a replica that has them all asks for 51 and is owed nothing; 52 is unheard of. */
    @Test
    protected void shouldContinueAtNextOffsetWithZeroBytes() {
        BufferFixture fixture = fixture(MEMORY, 1, backlogBytes());
        fixture.feed(50);

        ModelReader caughtUp = fixture.open(51, loop);
        assertThat(caughtUp.read(1000)).isZero();
        assertThat(caughtUp.cursor().pendingBytes()).isZero();
        assertThat(fixture.buffer().open(52, CursorRole.REPLICA, loop)).isNull();

        fixture.feed(1);
        assertThat(caughtUp.read(1000)).isEqualTo(1);
        assertThat(caughtUp.offset()).isEqualTo(52);
    }

    @Test
    protected void shouldContinueAtItsStartOffsetAndNotBelow() {
        BufferFixture fixture = fixture(MEMORY, 1, backlogBytes());
        fixture.feed(50);

        assertThat(fixture.open(1, loop).readAll(7)).isEqualTo(51);
        assertThat(fixture.buffer().open(0, CursorRole.REPLICA, loop)).isNull();
        assertThat(fixture.buffer().open(-1, CursorRole.REPLICA, loop)).isNull();
    }

    @Test
    protected void shouldServeEveryOffsetThatItCovers() {
        BufferFixture fixture = fixture();
        fixture.feed(3_000, 100);
        long start = fixture.buffer().coverage().startOffset();
        long next = fixture.buffer().nextOffset();

        for (long offset = start; offset <= next; offset++) {
            ModelReader reader = fixture.open(offset, loop);
            assertThat(reader.readAll(1 << 20)).as("from " + offset).isEqualTo(next);
            reader.cursor().close();
            loop.run();
            fixture.buffer().turn(64);
        }
    }

    @Test
    protected void shouldMoveOnlyByWhatTheSocketTook() {
        BufferFixture fixture = fixture();
        ModelReader reader = fixture.open(START, loop);
        fixture.feed(100);

        assertThat(reader.begin(1000)).isEqualTo(100);
        reader.finish(0);
        assertThat(reader.begin(30)).isLessThanOrEqualTo(30);
        reader.finish(7);

        assertThat(reader.cursor().offset()).isEqualTo(START + 7);
        assertThat(reader.cursor().pendingBytes()).isEqualTo(93);
        assertThatThrownBy(() -> reader.cursor().advance(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }

    @Test
    protected void shouldFeedNothingFromAnEmptyBuffer() {
        BufferFixture fixture = fixture();

        assertThat(fixture.buffer().feed(ByteBuffer.allocate(0))).isEqualTo(START);
    }

    @Test
    protected void shouldFeedFromDirectMemoryAndConsumeIt() {
        BufferFixture fixture = fixture();
        ByteBuffer direct = ByteBuffer.allocateDirect(500);
        direct.put(fixture.model().bytes(START, 500)).flip();

        assertThat(fixture.buffer().feed(direct)).isEqualTo(START + 500);
        assertThat(direct.hasRemaining()).isFalse();
        assertThat(fixture.open(START, loop).readAll(99)).isEqualTo(START + 500);
    }

    // ---- keeping and trimming

    @Test
    protected void shouldKeepTheBacklogAndLittleMore() {
        BufferFixture fixture = fixture();
        ReplicationBuffer buffer = fixture.buffer();
        fixture.feed(500_000, 777);
        fixture.turnUntilDone();

        long held = buffer.stats().backlogBytes();
        assertThat(held).isBetween(backlogBytes(), backlogBytes() + granularityBytes());
        assertThat(buffer.coverage().startOffset())
                .isLessThanOrEqualTo(buffer.nextOffset() - backlogBytes());
    }

    @Test
    protected void shouldLoseNoByteAboveALiveCursor() {
        BufferFixture fixture = fixture();
        ModelReader stalled = fixture.open(START, loop);
        fixture.feed(1_000_000, 3_000);
        pump();

        if (!readToEnd(fixture, stalled, 100_000, loop::run)) {
            assertThat(stalled.read(1)).as("bytes to a cursor that is broken").isZero();
        }
    }

    @Test
    protected void shouldTrimNoMoreBlocksThanAskedAndFinishOverTurns() {
        BufferFixture fixture = fixture();
        ReplicationBuffer buffer = fixture.buffer();
        ModelReader stalled = fixture.open(START, loop);
        fixture.feed(1_000_000, 3_000);
        stalled.cursor().close();
        loop.run();

        boolean more = true;
        while (more) {
            int before = buffer.stats().blocks();
            more = buffer.turn(3);
            assertThat(before - buffer.stats().blocks()).isBetween(0, 3);
        }
        assertThat(buffer.stats().backlogBytes())
                .isBetween(backlogBytes(), backlogBytes() + granularityBytes());
    }

    @Test
    protected void shouldNotTrimWhatACursorHasNotPassed() {
        BufferFixture fixture = fixture();
        ModelReader slow = fixture.open(START, loop);
        ModelReader fast = fixture.open(START, loop);
        fixture.feed(lagBytes(100_000), 1_000);
        assertThat(fast.readAll(50_000)).isEqualTo(fixture.buffer().nextOffset());
        slow.read(10_000);
        fixture.turnUntilDone();

        assertThat(readToEnd(fixture, slow, 3_000, loop::run)).isTrue();
        fixture.turnUntilDone();
        assertThat(fixture.buffer().stats().backlogBytes())
                .isLessThanOrEqualTo(backlogBytes() + granularityBytes());
    }

    @Test
    protected void shouldSayWhatOneReaderAloneKeepsAndWhatItCouldAskForWithoutIt() {
        BufferFixture fixture = fixture();
        ReplicationBuffer buffer = fixture.buffer();
        ModelReader slow = fixture.open(START, loop);
        ModelReader fast = fixture.open(START, loop);
        fixture.feed(lagBytes(100_000), 1_000);
        fast.readAll(50_000);
        slow.read(10_000);
        fixture.turnUntilDone();

        long kept = buffer.startWithout(slow.cursor());
        long own = slow.cursor().ownBytes();
        long before = buffer.stats().retainedBytes();
        assertThat(fast.cursor().ownBytes()).isLessThanOrEqualTo(granularityBytes());
        assertThat(buffer.startWithout(fast.cursor())).isEqualTo(buffer.coverage().startOffset());
        slow.cursor().close();
        loop.run();
        fixture.turnUntilDone();

        assertThat(buffer.coverage().startOffset()).isBetween(kept - granularityBytes(), kept);
        long back = before - buffer.stats().retainedBytes();
        // Headers and the cursor itself come on top.
        assertThat(back)
                .isBetween(
                        own - granularityBytes(),
                        own + own / 3 + granularityBytes() + CURSOR_BYTES_MAX);
    }

    @Test
    protected void shouldForgetTheBacklogButNoByteOfACursor() {
        BufferFixture fixture = fixture();
        fixture.feed(20_000, 500);
        ModelReader reader = fixture.open(START + 15_000, loop);

        fixture.buffer().dropBacklog();
        fixture.turnUntilDone();

        assertThat(fixture.buffer().coverage().startOffset())
                .isGreaterThanOrEqualTo(START + 15_000);
        assertThat(fixture.buffer().open(START + 14_999, CursorRole.REPLICA, loop)).isNull();
        assertThat(reader.readAll(1_000)).isEqualTo(fixture.buffer().nextOffset());
    }

    @Test
    protected void shouldForgetEverythingWithoutACursor() {
        BufferFixture fixture = fixture();
        fixture.feed(20_000, 500);

        fixture.buffer().dropBacklog();
        fixture.turnUntilDone();

        long next = fixture.buffer().nextOffset();
        assertThat(fixture.buffer().coverage()).isEqualTo(new StreamRange(next, next));
        assertThat(fixture.buffer().stats().uniquePayloadBytes()).isZero();
        assertThat(fixture.buffer().stats().blocks()).isZero();

        fixture.feed(300);
        assertThat(fixture.open(next, loop).readAll(100)).isEqualTo(next + 300);
    }

    @Test
    protected void shouldSkipWithoutKeepingAndContinueBehind() {
        BufferFixture fixture = fixture();
        fixture.feed(700);

        assertThat(fixture.buffer().skip(1_000)).isEqualTo(START + 1_700);
        assertThat(fixture.buffer().coverage())
                .isEqualTo(new StreamRange(START + 1_700, START + 1_700));
        assertThat(fixture.buffer().open(START + 700, CursorRole.REPLICA, loop)).isNull();

        ModelReader reader = fixture.open(START + 1_700, loop);
        fixture.feed(5_000, 100);
        assertThat(reader.readAll(600)).isEqualTo(START + 6_700);
        assertThatThrownBy(() -> fixture.buffer().skip(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected");
        assertThatThrownBy(() -> fixture.buffer().skip(-1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    protected void shouldKeepMoreAfterAResizeAndLessAfterAnother() {
        BufferFixture fixture = fixture();
        ReplicationBuffer buffer = fixture.buffer();
        buffer.resizeBacklog(4 * backlogBytes());
        fixture.feed(20 * (int) backlogBytes(), 1_000);
        fixture.turnUntilDone();
        assertThat(buffer.stats().backlogBytes())
                .isBetween(4 * backlogBytes(), 4 * backlogBytes() + granularityBytes());

        buffer.resizeBacklog(backlogBytes());
        fixture.turnUntilDone();
        assertThat(buffer.stats().backlogBytes())
                .isLessThanOrEqualTo(backlogBytes() + granularityBytes());
        assertThatThrownBy(() -> buffer.resizeBacklog(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 (expected");
    }

    // ---- closing

    @Test
    protected void shouldGiveNothingAfterClose() {
        BufferFixture fixture = fixture();
        ModelReader reader = fixture.open(START, loop);
        fixture.feed(100);

        reader.cursor().close();
        reader.cursor().close();

        assertThat(reader.read(100)).isZero();
        assertThat(reader.cursor().released()).isFalse();
        loop.run();
        assertThat(reader.cursor().released()).isTrue();
        assertThat(fixture.buffer().stats().cursors()).isZero();
    }

    /** A kill in the middle of a send: the slice stays as it is, however much is trimmed and fed, until its loop is back. */
    @Test
    protected void shouldKeepASliceUntilItsLoopHasReleasedIt() {
        assertThat(Poison.isOn()).as("-Dreplbuf.poison=true").isTrue();
        BufferFixture fixture = fixture();
        ReplicationBuffer buffer = fixture.buffer();
        ModelReader killed = fixture.open(START, loop);
        fixture.feed(lagBytes(200_000), 1_000);
        assertThat(killed.begin(64 << 10)).isPositive();

        killed.cursor().close();
        fixture.turnUntilDone();
        fixture.feed(300_000, 1_000);
        killed.recheck();
        assertThat(buffer.stats().inFlightBytes()).isEqualTo(killed.sendingFromMemory());

        killed.finish(1);
        loop.run();
        fixture.turnUntilDone();
        assertThat(buffer.stats().retiredBytes()).isZero();
        assertThat(buffer.stats().inFlightBytes()).isZero();
        assertThat(liveBytes(buffer)).isEqualTo(fixture.account().bytes());
    }

    @Test
    protected void shouldGiveBackAllMemoryWhenClosedInTheMiddleOfASend() {
        BufferFixture fixture = fixture();
        ModelReader sending = fixture.open(START, loop);
        ModelReader idle = fixture.open(START, loop);
        fixture.feed(lagBytes(100_000), 1_000);
        assertThat(sending.begin(1_000)).isPositive();

        fixture.close();
        sending.recheck();
        sending.finish(sending.sendingBytes());
        loop.run();

        assertThat(idle.cursor().released()).isTrue();
        assertThatThrownBy(() -> fixture.buffer().feed(ByteBuffer.allocate(1)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(fixture.buffer().turn(1)).isFalse();
    }

    @Test
    protected void shouldReleaseOnALoopThatHasEnded() {
        BufferFixture fixture = fixture();
        ReplicaCursor cursor =
                fixture.buffer()
                        .open(
                                START,
                                CursorRole.REPLICA,
                                task -> {
                                    throw new RejectedExecutionException();
                                });
        fixture.feed(10);

        cursor.close();

        assertThat(cursor.released()).isTrue();
    }

    /** Its reader would wait for ever otherwise: there is nothing more to come. */
    @Test
    protected void shouldSayToEveryOpenCursorThatItIsClosed() {
        BufferFixture fixture = fixture();
        ModelReader left = fixture.open(START, loop);
        ModelReader open = fixture.open(START, loop);
        fixture.feed(100);
        left.cursor().close();
        assertThat(open.cursor().broken()).isNull();

        fixture.close();

        assertThat(open.cursor().broken()).isEqualTo(ReplicaCursor.CLOSED);
        assertThat(open.read(100)).isZero();
        assertThat(left.cursor().broken()).isNull();
    }

    // ---- what it is given

    @Test
    protected void shouldRefuseAnOptionThatItDoesNotDescribe() {
        Map<String, String> mistyped = new HashMap<>(options());
        mistyped.put("repl-bufer-no-such-option", "1");

        try (Extents extents = new Extents(MEMORY, null)) {
            Account account = new Accountant().account(Owner.REPLICATION);
            assertThatThrownBy(() -> make(extents, account, START, backlogBytes(), mistyped))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("repl-bufer-no-such-option: 1 (expected: ");
            assertThat(account.bytes()).isZero();
        }
    }

    @Test
    protected void shouldRefuseACursorWithoutARoleOrALoop() {
        ReplicationBuffer buffer = fixture().buffer();

        assertThatThrownBy(() -> buffer.open(START, CursorRole.REPLICA, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loop: null (expected: ");
        assertThatThrownBy(() -> buffer.open(START, null, loop))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("role: null (expected: ");
        assertThat(buffer.stats().cursors()).isZero();
    }

    // ---- memory

    @Test
    protected void shouldRefuseAFeedWithoutMemoryAndAppendNothing() {
        if (!laggardsCostMemory()) {
            return;
        }
        BufferFixture fixture = fixture(Extent.BYTES, START, backlogBytes());
        ReplicationBuffer buffer = fixture.buffer();
        ModelReader laggard = fixture.open(START, loop);
        // The model's bytes again and again: what counts here is how many there are.
        int piece = 1 << 20;
        long before = START;
        BufferExhaustedException refusal = null;
        for (int i = 0; i < 40 && refusal == null; i++) {
            before = buffer.nextOffset();
            try {
                buffer.feed(fixture.model().bytes(START, piece));
            } catch (BufferExhaustedException e) {
                refusal = e;
            }
        }

        assertThat(refusal).isNotNull();
        assertThat(refusal).hasMessageContaining("expected");
        assertThat(buffer.nextOffset()).isEqualTo(before);
        assertThat(laggard.cursor().pendingBytes()).isEqualTo(before - START);
        assertThat(liveBytes(buffer)).isEqualTo(fixture.account().bytes());

        laggard.cursor().close();
        loop.run();
        fixture.turnUntilDone();
        assertThat(buffer.feed(fixture.model().bytes(START, piece))).isEqualTo(before + piece);
    }

    @Test
    protected void shouldChargeAReplicaForWhatIsPendingOnly() {
        BufferFixture fixture = fixture();
        fixture.feed(1_000);
        ReplicaCursor synced = fixture.open(fixture.buffer().nextOffset(), loop).cursor();
        assertThat(synced.outputBytes()).isZero();
        assertThat(synced.outputBlocks()).isZero();

        fixture.feed(500_000, 5_000);
        assertThat(synced.outputBytes()).isBetween(400_000L, 700_000L);
        assertThat(synced.outputBlocks()).isPositive();
    }

    // ---- limits

    @Test
    protected void shouldKillAtTheHardLimitAndAfterTheSoftLimitsTime() {
        long hard = 100 * backlogBytes();
        long soft = 50 * backlogBytes();
        OutputLimit limit = fixture().buffer().limit(new LimitConfig(hard, soft, 60));

        assertThat(limit.judge(0, -1)).isEqualTo(Verdict.KEEP);
        assertThat(limit.judge(soft - 1, -1)).isEqualTo(Verdict.KEEP);
        assertThat(limit.judge(soft, 60_000)).isEqualTo(Verdict.KEEP);
        assertThat(limit.judge(soft, 60_001)).isNotEqualTo(Verdict.KEEP);
        assertThat(limit.judge(hard - 1, 0)).isEqualTo(Verdict.KEEP);
        assertThat(limit.judge(hard, 0)).isNotEqualTo(Verdict.KEEP);
    }

    @Test
    protected void shouldTakeAZeroLimitForNone() {
        OutputLimit limit = fixture().buffer().limit(new LimitConfig(0, 0, 0));

        assertThat(limit.judge(Long.MAX_VALUE, Long.MAX_VALUE)).isEqualTo(Verdict.KEEP);
    }

    // ---- everything at once

    @Test
    protected void shouldAgreeWithAByteArrayOverRandomSteps() {
        Seeds.each(
                fixedSeeds(),
                seed -> {
                    BufferFixture fixture =
                            fixture(MEMORY, 1 + (seed & 0xFFFF), backlogBytes(), seed);
                    new RandomSteps(this, fixture, seed).run(1_000);
                });
    }

    @Test
    protected void shouldAgreeWithAByteArrayWhileLoopsRead() {
        Seeds.each(
                fixedSeeds(),
                seed -> {
                    BufferFixture fixture =
                            fixture(MEMORY, 1 + (seed & 0xFFFF), backlogBytes(), seed);
                    int loops = 1 + (int) (seed & 3) % 3;
                    new RandomThreads(this, fixture, seed, loops).run(2_000);
                });
    }
}
