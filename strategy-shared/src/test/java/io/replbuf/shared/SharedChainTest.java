package io.replbuf.shared;

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
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shared's own: block sizes, slices over many blocks, Redis' charges, pins, and memory that goes back. */
class SharedChainTest {
    private static final int BLOCK = 16 << 10;
    private static final Executor LOOP = Runnable::run;

    private final Extents extents = new Extents(8L * Extent.BYTES, null);
    private final Account account = new Accountant().account(Owner.REPLICATION);
    private SharedBuffer buffer = buffer(BLOCK, Map.of());

    @AfterEach
    void everythingIsBack() {
        buffer.close();
        assertThat(account.bytes()).isZero();
        assertThat(extents.liveBytes()).isZero();
        extents.close();
    }

    private SharedBuffer buffer(long backlogBytes, Map<String, String> options) {
        return (SharedBuffer)
                new SharedBufferFactory()
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

    private void remake(long backlogBytes, Map<String, String> options) {
        buffer.close();
        buffer = buffer(backlogBytes, options);
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
    void shouldGiveOneSliceOverManyNeighbouringBlocks() {
        ReplicaCursor cursor = open(1);
        feed(1 << 20);

        assertThat(cursor.next(256 << 10).remaining()).isEqualTo(256 << 10);
        cursor.advance(100);
        assertThat(cursor.next(1 << 20).remaining()).isEqualTo(256 << 10);
        assertThat(cursor.next(5).remaining()).isEqualTo(5);
    }

    @Test
    void shouldEndASliceWhereTheExtentEnds() {
        ReplicaCursor cursor = open(1);
        feed(Extent.BYTES);
        feed(BLOCK);
        long read = 0;
        for (ByteBuffer slice; (slice = cursor.next(1 << 20)) != null; ) {
            read += slice.remaining();
            cursor.advance(slice.remaining());
        }

        assertThat(read).isEqualTo(Extent.BYTES + BLOCK);
    }

    @Test
    void shouldNotGrowWithTheNumberOfReplicas() {
        ReplicaCursor one = open(1);
        feed(10 << 20);
        long alone = buffer.stats().retainedBytes();
        for (int i = 0; i < 15; i++) {
            open(1);
        }

        assertThat(buffer.stats().retainedBytes() - alone).isEqualTo(15L * SharedCursor.BYTES);
        assertThat(buffer.stats().duplicatedPayloadBytes()).isZero();
        assertThat(buffer.stats().copiedBytes()).isEqualTo(buffer.stats().fedBytes());
        one.close();
        buffer.turn(1);
        assertThat(buffer.stats().uniquePayloadBytes()).isEqualTo(10 << 20);
    }

    @Test
    void shouldGiveExtentsBackAsALaggardLeaves() {
        ReplicaCursor laggard = open(1);
        for (int i = 0; i < 100; i++) {
            feed(1 << 20);
            buffer.turn(64);
        }
        assertThat(extents.liveBytes()).isEqualTo(4L * Extent.BYTES);

        laggard.close();
        int turns = 1;
        while (buffer.turn(640)) {
            turns++;
        }

        assertThat(turns).isEqualTo(1 + 6400 / 640 - 1);
        assertThat(buffer.stats().blocks()).isEqualTo(1);
        assertThat(extents.liveBytes()).isEqualTo(Extent.BYTES);
    }

    /** Redis' rule: from the start of the reader's block to the end of the tail's capacity, and 64 bytes a block. */
    @Test
    void shouldChargeWholeBlocksAsRedisDoes() {
        feed(10);
        ReplicaCursor synced = open(11);
        assertThat(synced.outputBytes()).isZero();
        assertThat(synced.outputBlocks()).isZero();

        feed(1);
        assertThat(synced.outputBlocks()).isEqualTo(1);
        assertThat(synced.outputBytes()).isEqualTo(BLOCK + 64);
        readAll(synced);
        assertThat(synced.outputBytes()).as("an idle replica holds the tail").isEqualTo(BLOCK + 64);

        feed(3 * BLOCK);
        assertThat(synced.outputBlocks()).isEqualTo(4);
        assertThat(synced.outputBytes()).isEqualTo(4L * (BLOCK + 64));
        assertThat(open(1).outputBytes()).as("an open below the end").isEqualTo(4L * (BLOCK + 64));
    }

    @Test
    void shouldStayOnAFullTailUntilThereIsABlockBehindIt() {
        ReplicaCursor cursor = open(1);
        feed(BLOCK);
        readAll(cursor);
        buffer.turn(1);
        assertThat(cursor.outputBlocks()).isEqualTo(1);

        feed(1);
        assertThat(cursor.outputBlocks()).isEqualTo(1);
        readAll(cursor);
        feed(BLOCK);
        buffer.turn(64);
        assertThat(buffer.stats().blocks())
                .as("only the block under the reader is pinned")
                .isEqualTo(2);
    }

    @Test
    void shouldLowerTheBlockSizeToASixteenthOfTheBacklog() {
        SharedConfig wanted = config(256 << 10);

        assertThat(wanted.blockBytes(1)).isEqualTo(16 << 10);
        assertThat(wanted.blockBytes(16 << 10)).isEqualTo(16 << 10);
        assertThat(wanted.blockBytes(1 << 20)).isEqualTo(64 << 10);
        assertThat(wanted.blockBytes((1 << 20) + 999_999)).isEqualTo(64 << 10);
        assertThat(wanted.blockBytes(1L << 40)).isEqualTo(256 << 10);
        assertThat(config(256).blockBytes(1)).isEqualTo(256);
    }

    private static SharedConfig config(int blockBytes) {
        return new SharedConfig(
                false, blockBytes, true, true, true, 0, 64, 0, SharedConfig.Grace.NONE);
    }

    @Test
    void shouldFloorBothLimitsAtTheBacklog() {
        remake(10 << 20, Map.of());
        LimitConfig config = new LimitConfig(512 << 10, 256 << 10, 1);

        var limit = buffer.limit(config);
        assertThat(limit.softFloorBytes()).isEqualTo(10 << 20);
        assertThat(limit.judge((10 << 20) - 1, 2_000)).isEqualTo(Verdict.KEEP);
        assertThat(limit.judge(10 << 20, -1)).isEqualTo(Verdict.KILL);

        buffer.resizeBacklog(1 << 20);
        assertThat(limit.judge(1 << 20, -1)).as("after a resize").isEqualTo(Verdict.KILL);
        assertThat(limit.judge((1 << 20) - 1, 2_000)).isEqualTo(Verdict.KEEP);
    }

    @Test
    void shouldLeaveTheSoftLimitAloneWhereTheFloorIsSwitchedOff() {
        remake(10 << 20, Map.of("repl-buffer-soft-limit-floor", "no"));
        var limit = buffer.limit(new LimitConfig(512 << 10, 256 << 10, 1));

        assertThat(limit.softFloorBytes()).isZero();
        assertThat(limit.judge(256 << 10, 1_001)).isEqualTo(Verdict.KILL);
        assertThat(limit.judge(256 << 10, 1_000)).isEqualTo(Verdict.KEEP);
        assertThat(limit.judge(5 << 20, 0)).as("the hard one is floored").isEqualTo(Verdict.KEEP);
    }

    @Test
    void shouldHaveACronsPatienceUnlessToldOtherwise() {
        remake(1 << 20, Map.of());
        assertThat(buffer.limit(new LimitConfig(0, 0, 0)).patienceMillis()).isEqualTo(100);
        remake(1 << 20, Map.of("repl-buffer-limit-patience-millis", "250"));
        assertThat(buffer.limit(new LimitConfig(0, 0, 0)).patienceMillis()).isEqualTo(250);
    }

    @Test
    void shouldNameTheOptionThatIsWrong() {
        assertThatThrownBy(() -> buffer(1, Map.of("repl-buffer-block-size", "1000")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("repl-buffer-block-size: 1000 (expected: a power of two");
        assertThatThrownBy(() -> buffer(1, Map.of("repl-buffer-block-size", "16kb")))
                .hasMessageContaining("repl-buffer-block-size: \"16kb\" (expected: digits");
        assertThatThrownBy(() -> buffer(1, Map.of("repl-buffer-limit-patience-millis", "60001")))
                .hasMessageContaining(
                        "repl-buffer-limit-patience-millis: \"60001\" (expected: auto or digits, 0 to 60000)");
        assertThatThrownBy(() -> buffer(1, Map.of("repl-buffer-soft-limit-floor", "maybe")))
                .hasMessageContaining(
                        "repl-buffer-soft-limit-floor: \"maybe\" (expected: auto or yes or no)");
        assertThatThrownBy(() -> buffer(0, Map.of())).hasMessageContaining("backlogBytes: 0");
    }

    @Test
    void shouldKeepItsLedgerBesideTheExtents() {
        ReplicaCursor cursor = open(1);
        feed(100_000);
        cursor.next(1_000);
        BufferStats stats = buffer.stats();

        assertThat(stats.uniquePayloadBytes()).isEqualTo(100_000);
        assertThat(stats.slackBytes()).isEqualTo(7L * BLOCK - 100_000);
        assertThat(stats.inFlightBytes()).isEqualTo(1_000);
        assertThat(stats.pinnedBytes()).isEqualTo(100_000);
        assertThat(stats.mappedBytes()).isEqualTo(Extent.BYTES);
        assertThat(stats.retainedBytes()).isEqualTo(account.bytes());
    }

    /** Feeding, hopping from block to block, turns: under each layout, with leases and a bound by time switched on. */
    @ParameterizedTest
    @ValueSource(strings = {"replbuf", "redis7"})
    void shouldAllocateNothingToFeedAndToRead(String rules) {
        remake(
                BLOCK,
                Map.of(
                        "repl-buffer-rules", rules,
                        "repl-buffer-grace-seconds", "60",
                        "repl-buffer-grace-margin", "100kb",
                        "repl-buffer-backlog-seconds", "60"));
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        ByteBuffer command = ByteBuffer.allocate(700);
        ReplicaCursor cursor = open(1);
        long id = Thread.currentThread().getId();
        long allocated = 0;
        // Interpreter, compiler and the first lap over the extents aside: the last round counts.
        for (int round = 0; round < 5; round++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 20_000; i++) {
                command.clear();
                buffer.feed(command);
                for (ByteBuffer slice; (slice = cursor.next(1 << 20)) != null; ) {
                    cursor.advance(slice.remaining());
                }
                buffer.turn(64);
            }
            allocated = threads.getThreadAllocatedBytes(id) - before;
        }

        // One view of an extent each 32 MiB may be among 14 MB fed.
        assertThat(allocated).isLessThan(1_000);
        assertThat(buffer.stats().blocks()).isLessThan(12);
    }

    @Test
    void shouldKeepExtentsForTheNextLaggardWhereGivingBackIsOff() {
        remake(BLOCK, Map.of("repl-buffer-give-back", "no"));
        ReplicaCursor laggard = open(1);
        feed(100 << 20);
        laggard.close();
        while (buffer.turn(640)) {
            continue;
        }

        assertThat(buffer.stats().blocks()).isEqualTo(1);
        assertThat(extents.liveBytes()).isEqualTo(4L * Extent.BYTES);
        feed(100 << 20);
        assertThat(extents.liveBytes()).isEqualTo(4L * Extent.BYTES);
    }

    @Test
    void shouldEndASliceWithItsBlockWhereNeighboursAreOff() {
        remake(BLOCK, Map.of("repl-buffer-neighbours", "no"));
        ReplicaCursor cursor = open(1);
        feed(10 * BLOCK);

        assertThat(cursor.next(1 << 20).remaining()).isEqualTo(BLOCK);
    }

    /** 64 blocks for each that is added, so that a backlog which was unpinned shrinks under traffic before any turn. */
    @Test
    void shouldTrimAStepForEachBlockAddedAndForACursorThatLeaves() {
        ReplicaCursor laggard = open(1);
        feed(1_000 * BLOCK);
        laggard.close();
        assertThat(buffer.stats().blocks()).isEqualTo(1_000 - 64);
        feed(BLOCK);
        assertThat(buffer.stats().blocks()).isEqualTo(1_000 - 64 + 1 - 64);

        remake(BLOCK, Map.of("repl-buffer-trim-step", "0"));
        feed(1_000 * BLOCK);
        assertThat(buffer.stats().blocks()).as("left to the turn").isEqualTo(1_000);
        buffer.turn(640);
        assertThat(buffer.stats().blocks()).isEqualTo(360);
    }

    /** The place of an offset among 100,000 blocks: a division, or under Redis' layout an index and a walk of 128 at most. */
    @ParameterizedTest
    @ValueSource(strings = {"fixed", "redis7"})
    void shouldOpenAnywhereInALongChain(String layout) {
        remake(
                1 << 30,
                Map.of("repl-buffer-block-layout", layout, "repl-buffer-block-size", "1024"));
        for (int i = 0; i < 10_240; i++) {
            feed(10_000);
        }
        assertThat(buffer.stats().blocks()).isGreaterThan(5_000);
        long start = buffer.coverage().startOffset();
        long bytes = buffer.coverage().bytes();
        for (int i = 0; i <= 1_000; i++) {
            long offset = start + bytes * i / 1_000;
            ReplicaCursor cursor = open(offset);
            assertThat(cursor.pendingBytes()).isEqualTo(buffer.nextOffset() - offset);
            cursor.close();
        }
    }
}
