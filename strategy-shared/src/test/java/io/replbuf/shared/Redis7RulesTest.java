package io.replbuf.shared;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of redis-server 7.0.15 under {@code repl-buffer-rules redis7}, with the numbers that it was seen to report. */
class Redis7RulesTest {
    private static final Executor LOOP = Runnable::run;
    private static final int BACKLOG = 16 << 10;

    /** 16384 and a header of 40 in jemalloc's 20480, and a list node of 24. */
    private static final int PAYLOAD = 20_440;

    private static final int ACCOUNTED = 20_504;

    private final Extents extents = new Extents(12L * Extent.BYTES, null);
    private final Account account = new Accountant().account(Owner.REPLICATION);
    private SharedBuffer buffer = buffer(BACKLOG, Map.of());

    @AfterEach
    void everythingIsBack() {
        buffer.close();
        assertThat(account.bytes()).isZero();
        assertThat(extents.liveBytes()).isZero();
        extents.close();
    }

    private SharedBuffer buffer(long backlogBytes, Map<String, String> more) {
        Map<String, String> options = new HashMap<>(more);
        options.put("repl-buffer-rules", "redis7");
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

    private void feed(int bytes, int times) {
        for (int i = 0; i < times; i++) {
            feed(bytes);
        }
    }

    private ReplicaCursor open(long offset) {
        return buffer.open(offset, CursorRole.REPLICA, LOOP);
    }

    private static int readAll(ReplicaCursor cursor) {
        int slices = 0;
        for (ByteBuffer slice; (slice = cursor.next(1 << 20)) != null; slices++) {
            cursor.advance(slice.remaining());
        }
        return slices;
    }

    private long histlen() {
        return buffer.coverage().bytes();
    }

    private long total() {
        return buffer.stats().bufferBytes();
    }

    private int turns(int maxBlocks) {
        int turns = 1;
        while (buffer.turn(maxBlocks)) {
            turns++;
        }
        return turns;
    }

    /** jemalloc's classes above 16 KiB: 20480, 24576, 28672, 32768, then steps of 8192, and so on. */
    @ParameterizedTest
    @CsvSource({
        "1, 16384, 20440",
        "16384, 16384, 20440",
        "262144, 16384, 20440",
        "16384, 1048576, 20440",
        "20440, 1048576, 20440",
        "20441, 1048576, 24536",
        "30000, 1048576, 32728",
        "32728, 1048576, 32728",
        "32729, 1048576, 40920",
        "1000000, 1048576, 81880",
        "1000000, 104857600, 1048536",
        "536870912, 1073741824, 33554392"
    })
    void shouldSizeABlockByWhatIsLeft(int remaining, long backlog, int capacity) {
        assertThat(SizedChain.capacityFor(remaining, backlog)).isEqualTo(capacity);
    }

    @Test
    void shouldChargeAnIdleReplicaForTheTail() {
        ReplicaCursor synced = open(1);
        assertThat(synced.outputBlocks()).isZero();
        assertThat(synced.outputBytes()).isZero();
        assertThat(total()).isZero();

        feed(50);
        readAll(synced);
        buffer.turn(640);
        assertThat(synced.outputBlocks()).isEqualTo(1);
        assertThat(synced.outputBytes()).isEqualTo(ACCOUNTED);
        assertThat(total()).isEqualTo(ACCOUNTED);
        assertThat(buffer.stats().indexBytes()).as("a root without keys").isEqualTo(4);
    }

    /** Seen: 16 567 232 = 808 blocks of 20504, histlen 16 504 135; after the replica resumed 2 blocks at most, at once. */
    @Test
    void shouldChargeAStoppedReplicaFromItsBlockToTheTailsCapacity() {
        ReplicaCursor stopped = open(1);
        while (buffer.stats().blocks() < 808) {
            feed(1_044);
        }
        assertThat(stopped.outputBlocks()).isEqualTo(808);
        assertThat(stopped.outputBytes()).isEqualTo(16_567_232);
        assertThat(total()).isEqualTo(16_567_232);

        assertThat(readAll(stopped)).as("a send a block").isEqualTo(808);
        turns(640);
        assertThat(buffer.stats().blocks()).isLessThanOrEqualTo(2);
        assertThat(histlen()).isGreaterThan(BACKLOG).isLessThanOrEqualTo(2L * PAYLOAD);
    }

    /** 5.1, test 1: one copy for all, and the second one that waits costs nothing. */
    @Test
    void shouldHoldOneCopyForAll() {
        ReplicaCursor online = open(1);
        ReplicaCursor one = open(1);
        ReplicaCursor other = open(1);
        feed(1_100, 1_024);
        readAll(online);
        buffer.turn(640);
        long total = total();

        one.close();
        buffer.turn(640);
        assertThat(total()).isEqualTo(total);
        assertThat(other.outputBytes()).isEqualTo(total);
    }

    /** 5.1, test 2: 64 blocks in the step of the disconnect, the rest in one turn. */
    @Test
    void shouldReleaseWithTheReplicaThatLeaves() {
        ReplicaCursor waiting = open(1);
        feed(1_100, 1_024);
        long total = total();

        waiting.close();
        assertThat(total - total()).as("in the step").isGreaterThan(1 << 20);
        buffer.turn(640);
        assertThat(buffer.stats().blocks()).isLessThanOrEqualTo(2);
    }

    /** 5.1, tests 3 to 5: pinned by the slowest; served from beyond the limit; given back by steps without traffic. */
    @Test
    void shouldGrowUnderALaggardServeFromItAndShrinkByItself() {
        ReplicaCursor waiting = open(1);
        feed(10_060, 10_000);
        assertThat(histlen()).isGreaterThan(100_000_000);
        ReplicaCursor back = open(2_000_000);
        assertThat(back).as("far below the backlog").isNotNull();
        readAll(back);
        int blocks = buffer.stats().blocks();

        waiting.close();
        int turns = turns(640);
        assertThat(turns).isBetween(blocks / 640 - 1, blocks / 640 + 1);
        assertThat(histlen()).isGreaterThan(BACKLOG).isLessThanOrEqualTo(BACKLOG + PAYLOAD);
        assertThat(extents.liveBytes()).isEqualTo(Extent.BYTES);
    }

    /** 5.1, test 6, and Redis' hole: the hard limit counts as the backlog, the soft one does not. */
    @Test
    void shouldFloorTheHardLimitOnly() {
        remake(100 << 20, Map.of());
        var limit = buffer.limit(new LimitConfig(512 << 10, 256 << 10, 1));

        assertThat(limit.judge(50 << 20, 0)).isEqualTo(Verdict.KEEP);
        assertThat(limit.judge(100 << 20, -1)).isEqualTo(Verdict.KILL);
        assertThat(limit.softFloorBytes()).isZero();
        assertThat(limit.patienceMillis()).isZero();
        assertThat(limit.judge(50 << 20, 1_001)).isEqualTo(Verdict.KILL);
        remake(100 << 20, Map.of("repl-buffer-soft-limit-floor", "yes"));
        assertThat(buffer.limit(new LimitConfig(512 << 10, 256 << 10, 1)).judge(50 << 20, 1_001))
                .as("switched on alone")
                .isEqualTo(Verdict.KEEP);
    }

    /** 5.1, test 7: a value of 256 KiB does not become one block, or the replica would be dropped for it for ever. */
    @Test
    void shouldNotChargeACaughtUpReplicaForAWholeBigValue() {
        var limit = buffer.limit(new LimitConfig(32_768, 32_768, 60));
        ReplicaCursor exceeding = open(1);
        feed(256 << 10);
        assertThat(limit.judge(exceeding.outputBytes(), -1)).isEqualTo(Verdict.KILL);
        exceeding.drop();
        turns(640);

        assertThat(open(1)).as("no partial resync").isNull();
        ReplicaCursor again = open(buffer.nextOffset());
        feed(100);
        readAll(again);
        turns(640);
        assertThat(again.outputBytes()).isEqualTo(ACCOUNTED);
        assertThat(limit.judge(again.outputBytes(), -1)).isEqualTo(Verdict.KEEP);
    }

    /** 5.1, test 8: every edge of a block, found through the index, whatever the sizes; and offsets within. */
    @Test
    void shouldFindEveryOffsetThroughTheSparseIndex() {
        remake(8 << 20, Map.of());
        SplittableRandom random = new SplittableRandom(7);
        ReplicaCursor pin = open(1);
        while (buffer.stats().blocks() < 700) {
            feed(1 + random.nextInt(random.nextInt(20) == 0 ? 400_000 : 30_000));
        }
        SizedChain chain = (SizedChain) buffer.chain();
        for (long block = 0; block < chain.endBlock(); block++) {
            long start = chain.start(block);
            assertThat(chain.find(start)).as("start of " + block).isEqualTo(block);
            if (block > 0) {
                assertThat(chain.find(start - 1)).isEqualTo(block - 1);
            }
        }
        assertThat(chain.find(buffer.nextOffset())).isEqualTo(chain.endBlock() - 1);

        pin.close();
        turns(640);
        long first = buffer.coverage().startOffset();
        assertThat(chain.start(chain.find(first))).isEqualTo(first);
        assertThat(open(first)).isNotNull();
        assertThat(open(first - 1)).isNull();
    }

    /** Redis feeds a command in pieces; a block is as large as the piece wants it that finds no room. */
    @Test
    void shouldSizeABlockByTheArgumentThatFindsNoRoom() {
        remake(1 << 20, Map.of());
        SizedChain chain = (SizedChain) buffer.chain();
        int head = 21;
        String command = "*2\r\n$3\r\nGET\r\n" + "$30000\r\n" + "v".repeat(30_000) + "\r\n";
        ByteBuffer batch = ByteBuffer.wrap(command.repeat(2).getBytes());

        buffer.feed(batch);
        // The first is begun by "*2"; 9,581 of the value are left for the second, which also takes
        // the
        // next command's head and 10,836 of its value; the rest of 19,164 asks for a third.
        assertThat(chain.capacity(0)).isEqualTo(PAYLOAD);
        assertThat(chain.capacity(1)).isEqualTo(PAYLOAD);
        assertThat(chain.capacity(2)).isEqualTo(PAYLOAD);
        assertThat(buffer.stats().blocks()).isEqualTo(3);

        remake(1 << 20, Map.of());
        chain = (SizedChain) buffer.chain();
        feed(PAYLOAD - head);
        buffer.feed(ByteBuffer.wrap(command.getBytes()));
        // The command's head fills the tail to the byte, so the value asks for all of its own.
        assertThat(chain.capacity(1)).isEqualTo(32_728);

        remake(1 << 20, Map.of());
        chain = (SizedChain) buffer.chain();
        feed(PAYLOAD - head + 1);
        buffer.feed(ByteBuffer.wrap(command.getBytes()));
        // Its last byte finds no room, and asks for the least.
        assertThat(chain.capacity(1)).isEqualTo(PAYLOAD);
    }

    @Test
    void shouldEndJustAboveTheBacklogAndNeverBelow() {
        SplittableRandom random = new SplittableRandom(11);
        for (long backlog : new long[] {BACKLOG, 1 << 20, 3_000_000}) {
            buffer.resizeBacklog(backlog);
            long grown = buffer.nextOffset() + 2 * backlog;
            for (int i = 0; i < 600 || buffer.nextOffset() < grown; i++) {
                feed(1 + random.nextInt(20_000));
                if (buffer.nextOffset() > grown) {
                    assertThat(histlen()).isGreaterThan(backlog);
                }
            }
            turns(640);
            assertThat(histlen()).isLessThanOrEqualTo(backlog + Math.max(backlog / 12, PAYLOAD));
        }
    }

    /** What is not taken over: with the rules of redis7, single options say otherwise. */
    @Test
    void shouldTakeOurBlocksWithAllElseRedis7() {
        remake(BACKLOG, Map.of("repl-buffer-block-layout", "fixed"));
        ReplicaCursor cursor = open(1);
        feed(1 << 20);
        assertThat(buffer.chain()).isInstanceOf(FixedChain.class);
        assertThat(cursor.next(1 << 20).remaining()).as("a send a block").isEqualTo(16 << 10);
    }
}
