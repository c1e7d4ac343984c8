package io.replbuf.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.stream.StreamRange;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is legacy's own, and what it costs: the reason why the other strategies exist. */
class LegacyRulesTest {
    private static final int CHUNK = 16 << 10;
    private static final int NODE = 20_480 - 16;
    private static final int RING = 64 << 10;
    private static final Executor LOOP = Runnable::run;

    private final Extents extents = new Extents(8L * Extent.BYTES, null);
    private final Account account = new Accountant().account(Owner.REPLICATION);
    private final LegacyBuffer buffer = buffer(RING, Map.of());

    @AfterEach
    void everythingIsBack() {
        buffer.close();
        assertThat(account.bytes()).isZero();
        assertThat(extents.liveBytes()).isZero();
        extents.close();
    }

    private LegacyBuffer buffer(long backlogBytes, Map<String, String> options) {
        return (LegacyBuffer)
                new LegacyBufferFactory()
                        .create(
                                new BufferContext(
                                        System::nanoTime,
                                        extents,
                                        account,
                                        LOOP,
                                        null,
                                        1,
                                        backlogBytes,
                                        options));
    }

    private void feed(int bytes) {
        buffer.feed(ByteBuffer.allocate(bytes));
    }

    private ReplicaCursor open(long offset) {
        return buffer.open(offset, CursorRole.REPLICA, LOOP);
    }

    private static void readAll(ReplicaCursor cursor) {
        ByteBuffer slice;
        while ((slice = cursor.next(1 << 20)) != null) {
            cursor.advance(slice.remaining());
        }
    }

    @Test
    void shouldTakeNothingUntilTheFirstByteAndTheWholeRingThen() {
        assertThat(account.bytes()).isZero();
        assertThat(extents.liveBytes()).isZero();

        feed(1);
        BufferStats stats = buffer.stats();
        assertThat(stats.uniquePayloadBytes()).isEqualTo(1);
        assertThat(stats.slackBytes()).isEqualTo(RING - 1);
        assertThat(stats.retainedBytes()).isEqualTo(account.bytes());
    }

    @Test
    void shouldMakeTheRingForTheFirstReplicaAndEachNewSizeAtOnce() {
        open(1);
        assertThat(buffer.stats().slackBytes()).isEqualTo(RING + CHUNK);

        buffer.resizeBacklog(2 * RING);
        assertThat(buffer.stats().slackBytes()).isEqualTo(2 * RING + CHUNK);
        buffer.dropBacklog();
        buffer.resizeBacklog(RING);
        assertThat(buffer.stats().slackBytes()).as("none, so none is resized").isEqualTo(CHUNK);
    }

    @Test
    void shouldHoldEachByteOncePerReplicaAndOnceMore() {
        for (int i = 0; i < 16; i++) {
            open(1);
        }
        for (int i = 0; i < 64; i++) {
            feed(CHUNK);
            buffer.turn(64);
        }
        BufferStats stats = buffer.stats();

        assertThat(stats.uniquePayloadBytes()).isEqualTo(1 << 20);
        assertThat(stats.duplicatedPayloadBytes()).isEqualTo((15L << 20) + RING);
        assertThat(stats.copiedBytes()).isEqualTo(17L << 20);
        assertThat(stats.fedBytes()).isEqualTo(1 << 20);
        int list = 63 * CHUNK;
        assertThat(stats.blocks()).isEqualTo(16 * (1 + (list + NODE - 1) / NODE));
    }

    /** Once into a string, as sdsnewlen makes it, and once from there into the queue. */
    @Test
    void shouldCopyTheGapOfAPartialResyncTwice() {
        feed(50_000);
        long before = buffer.stats().copiedBytes();

        ReplicaCursor back = open(10_001);
        assertThat(buffer.stats().copiedBytes() - before).isEqualTo(80_000);
        assertThat(buffer.stats().duplicatedPayloadBytes()).isEqualTo(40_000);
        assertThat(back.outputBlocks()).as("one chunk of the gap's length").isEqualTo(1);
        assertThat(back.outputBytes()).isEqualTo(40_960 - 16 + 40);
        readAll(back);
        assertThat(back.offset()).isEqualTo(50_001);
    }

    @Test
    void shouldHoldTheGapTwiceWhileItIsCopied() {
        feed(3 * RING);
        feed(RING / 2);
        long peak = buffer.stats().retainedBytes();
        ReplicaCursor back = open(buffer.coverage().startOffset());
        assertThat(back.outputBlocks()).as("what is before and behind the ring's end").isEqualTo(2);
        assertThat(buffer.stats().retainedBytes() - peak).isGreaterThan(RING);
        readAll(back);
        assertThat(back.offset()).isEqualTo(buffer.nextOffset());
    }

    /** The numbers are those of a real 6.2: see LegacyAgainstRedis62Test in the harness. */
    @Test
    void shouldFillTheArrayThenChunksToTheirEnd() {
        ReplicaCursor cursor = open(1);
        feed(10_030);
        feed(4_029);
        assertThat(cursor.outputBlocks()).as("the array takes both").isZero();
        feed(4_000);
        assertThat(cursor.outputBytes()).as("no third, which does not fit").isEqualTo(20_504);
        feed(100);
        feed(NODE - 4_100);
        assertThat(cursor.outputBlocks()).as("filled to its end").isEqualTo(1);
        feed(1);
        assertThat(cursor.outputBytes()).isEqualTo(2 * 20_504);
        feed(NODE - 1 + 70_000);
        assertThat(cursor.outputBlocks()).as("70,000 bytes in one").isEqualTo(3);
        assertThat(cursor.outputBytes()).isEqualTo(2 * 20_504 + 81_920 - 16 + 40);
        readAll(cursor);
        assertThat(cursor.offset()).isEqualTo(buffer.nextOffset());
        buffer.turn(64);
        assertThat(buffer.stats().blocks()).as("the array is left").isEqualTo(1);
    }

    @Test
    void shouldMakeSizeClassesAsJemallocDoes() {
        int[] asked = {64, 65, 128, 129, 16_384, 16_385, 16_400, 20_481, 32_768, 32_769, 81_937};
        int[] given = {64, 80, 128, 160, 16_384, 20_480, 20_480, 24_576, 32_768, 40_960, 98_304};
        for (int i = 0; i < asked.length; i++) {
            assertThat(OwnMemory.sizeClass(asked[i])).as("for " + asked[i]).isEqualTo(given[i]);
        }
    }

    @Test
    void shouldCoverExactlyItsRing() {
        feed(RING);
        assertThat(buffer.coverage()).isEqualTo(new StreamRange(1, RING + 1));
        feed(1);
        assertThat(buffer.coverage()).isEqualTo(new StreamRange(2, RING + 2));
        feed(3 * RING);
        assertThat(buffer.coverage().bytes()).isEqualTo(RING);
        assertThat(open(buffer.coverage().startOffset() - 1)).isNull();
    }

    @Test
    void shouldNotLetALaggardWidenTheBacklog() {
        open(1);
        feed(4 * RING);

        assertThat(buffer.coverage().bytes()).isEqualTo(RING);
        assertThat(buffer.stats().pinnedBytes()).isEqualTo(4 * RING);
    }

    @Test
    void shouldLoseTheHistoryOnAResizeAndKeepItOnNone() {
        feed(1_000);
        buffer.resizeBacklog(RING);
        assertThat(buffer.coverage().bytes()).isEqualTo(1_000);

        buffer.resizeBacklog(2 * RING);
        assertThat(buffer.coverage()).isEqualTo(new StreamRange(1_001, 1_001));
    }

    @Test
    void shouldHaveNoRingBelowRedisMinimum() {
        buffer.resizeBacklog(1);
        feed(100_000);
        assertThat(buffer.coverage().bytes()).isEqualTo(16 << 10);
    }

    @Test
    void shouldFreeAKilledReplicasChunksAtOnce() {
        ReplicaCursor killed = open(1);
        for (int i = 0; i < 100; i++) {
            feed(1 << 20);
        }
        assertThat(extents.liveBytes()).isGreaterThan(100L << 20);

        killed.close();
        assertThat(buffer.stats().blocks()).isZero();
        assertThat(buffer.stats().duplicatedPayloadBytes()).isZero();
        assertThat(extents.liveBytes()).as("the ring").isEqualTo(RING);
    }

    @Test
    void shouldTakeExtentsWherePooled() {
        LegacyBuffer pooled = buffer(RING, Map.of("repl-buffer-pooled", "yes"));
        ReplicaCursor killed = pooled.open(1, CursorRole.REPLICA, LOOP);
        pooled.feed(ByteBuffer.allocate(100 << 20));
        assertThat(extents.liveBytes()).isEqualTo(4L * Extent.BYTES);
        assertThat(killed.outputBlocks()).as("long ones are split").isEqualTo(6400);

        killed.close();
        assertThat(extents.liveBytes()).isEqualTo(Extent.BYTES);
        pooled.close();
    }

    @Test
    void shouldKeepPaceWithManyReadersInBoundedTurns() {
        ReplicaCursor[] cursors = new ReplicaCursor[32];
        for (int i = 0; i < cursors.length; i++) {
            cursors[i] = open(1);
        }
        for (int round = 0; round < 50; round++) {
            feed(10 * CHUNK);
            for (ReplicaCursor cursor : cursors) {
                readAll(cursor);
            }
            buffer.turn(64);
        }
        assertThat(buffer.stats().blocks()).isEqualTo(cursors.length);
    }

    @Test
    void shouldKeepTheArrayForAnIdleReplica() {
        ReplicaCursor cursor = open(1);
        for (int i = 0; i < 100; i++) {
            feed(10_000);
            assertThat(cursor.outputBytes()).isZero();
            readAll(cursor);
            buffer.turn(64);
            assertThat(buffer.stats().blocks()).isEqualTo(1);
        }
        feed(3 * NODE);
        assertThat(cursor.outputBlocks()).isEqualTo(1);
        readAll(cursor);
        assertThat(cursor.outputBytes()).as("taken, if not freed yet").isZero();
    }

    @Test
    void shouldJudgeByTheConfiguredLimitsAlone() {
        var limit = buffer.limit(new LimitConfig(1_000, 100, 1));

        assertThat(limit.judge(1_000, -1)).as("below the backlog").isEqualTo(Verdict.KILL);
        assertThat(limit.judge(100, 1_001)).isEqualTo(Verdict.KILL);
        assertThat(limit.judge(100, 1_000)).isEqualTo(Verdict.KEEP);
        assertThat(limit.softFloorBytes()).isZero();
    }

    @Test
    void shouldAnswerNullWhereTheGapFindsNoMemory() {
        LegacyBuffer large = buffer(20 << 20, Map.of());
        large.feed(ByteBuffer.allocate(20 << 20));
        int opened = 0;
        while (large.open(1, CursorRole.REPLICA, LOOP) != null) {
            opened++;
        }
        // 256 MiB: the ring, and gaps of 20 MiB in chunks of the class of 24 MiB.
        assertThat(opened).isEqualTo(8);
        assertThat(large.open(large.nextOffset(), CursorRole.REPLICA, LOOP)).isNotNull();
        assertThat(LiveObjects.bytes(large)).isEqualTo(account.bytes());
        large.close();
    }

    @Test
    void shouldNameTheOptionThatIsWrong() {
        assertThatThrownBy(() -> buffer(RING, Map.of("repl-buffer-chunk-size", "1000")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("repl-buffer-chunk-size: 1000 (expected: a power of two");
        assertThatThrownBy(() -> buffer(RING, Map.of("repl-buffer-chunk-size", "big")))
                .hasMessageContaining("\"big\" (expected");
        assertThatThrownBy(() -> buffer(RING, Map.of("repl-buffer-pooled", "maybe")))
                .hasMessageContaining("repl-buffer-pooled: \"maybe\" (expected: yes or no)");
        assertThatThrownBy(() -> buffer(0, Map.of())).hasMessageContaining("backlogBytes: 0");
    }
}
