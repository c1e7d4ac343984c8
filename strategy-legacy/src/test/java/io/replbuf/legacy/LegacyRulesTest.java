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
        assertThat(stats.blocks()).isEqualTo(16 * 64);
    }

    @Test
    void shouldCopyTheGapOfAPartialResync() {
        feed(50_000);
        long before = buffer.stats().copiedBytes();

        ReplicaCursor back = open(10_001);
        assertThat(buffer.stats().copiedBytes() - before).isEqualTo(40_000);
        assertThat(buffer.stats().duplicatedPayloadBytes()).isEqualTo(40_000);
        readAll(back);
        assertThat(back.offset()).isEqualTo(50_001);
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
        feed(100 << 20);
        assertThat(extents.liveBytes()).isEqualTo(4L * Extent.BYTES);

        killed.close();
        assertThat(buffer.stats().blocks()).isZero();
        assertThat(buffer.stats().duplicatedPayloadBytes()).isZero();
        assertThat(extents.liveBytes()).isEqualTo(Extent.BYTES);
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

    /** The chunk under a reader stands for the 16 KB array in Redis' client: kept, used again, and not part of omem. */
    @Test
    void shouldKeepOneChunkForAnIdleReplica() {
        ReplicaCursor cursor = open(1);
        for (int i = 0; i < 100; i++) {
            feed(10_000);
            assertThat(cursor.outputBytes()).isZero();
            readAll(cursor);
            buffer.turn(64);
            assertThat(buffer.stats().blocks()).isEqualTo(1);
        }
        feed(3 * CHUNK);
        assertThat(cursor.outputBlocks()).isEqualTo(2);
        assertThat(cursor.outputBytes()).isEqualTo(2L * (CHUNK + 40));
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
        // Eight extents: the ring and eleven gaps of 20 MiB each.
        assertThat(opened).isEqualTo(11);
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
        assertThatThrownBy(() -> buffer(0, Map.of())).hasMessageContaining("backlogBytes: 0");
    }
}
