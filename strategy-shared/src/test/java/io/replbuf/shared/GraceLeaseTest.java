package io.replbuf.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
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
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A dropped replica's place: kept for its return, for so long and so far, and not twice in a row. */
class GraceLeaseTest {
    private static final Executor LOOP = Runnable::run;
    private static final int BLOCK = 16 << 10;
    private static final int BACKLOG = 64 << 10;
    private static final int MARGIN = 100_000;
    private static final long HARD = 1 << 20;

    private final Extents extents = new Extents(2L * Extent.BYTES, null);
    private final Account account = new Accountant().account(Owner.REPLICATION);
    private long nanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5);
    private SharedBuffer buffer = buffer(Map.of());
    private OutputLimit limit = buffer.limit(new LimitConfig(HARD, 0, 0));

    @AfterEach
    void everythingIsBack() {
        buffer.close();
        assertThat(buffer.stats().leases()).isZero();
        assertThat(account.bytes()).isZero();
        assertThat(extents.liveBytes()).isZero();
        extents.close();
    }

    private SharedBuffer buffer(Map<String, String> more) {
        Map<String, String> options = new HashMap<>();
        options.put("repl-buffer-grace-seconds", "10");
        options.put("repl-buffer-grace-bytes", "4mb");
        options.put("repl-buffer-grace-margin", Integer.toString(MARGIN));
        options.putAll(more);
        return (SharedBuffer)
                new SharedBufferFactory()
                        .create(
                                new BufferContext(
                                        () -> nanos,
                                        extents,
                                        account,
                                        LOOP,
                                        null,
                                        1,
                                        BACKLOG,
                                        options));
    }

    private void remake(Map<String, String> options) {
        buffer.close();
        buffer = buffer(options);
        limit = buffer.limit(new LimitConfig(HARD, 0, 0));
    }

    private void feed(int bytes) {
        for (int left = bytes; left > 0; left -= 1_000) {
            buffer.feed(ByteBuffer.allocate(Math.min(left, 1_000)));
            buffer.turn(64);
        }
    }

    private void pass(long seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
        buffer.turn(10_000);
    }

    private ReplicaCursor open(long offset) {
        return buffer.open(offset, CursorRole.REPLICA, LOOP);
    }

    private static void readAll(ReplicaCursor cursor) {
        for (ByteBuffer slice; (slice = cursor.next(1 << 20)) != null; ) {
            cursor.advance(slice.remaining());
        }
    }

    private Verdict verdict(ReplicaCursor cursor) {
        return limit.judge(cursor.limitedBytes(), -1);
    }

    /** A replica that has read some, stands still, goes beyond the limit and is dropped; returns where it stood. */
    private long dropOne() {
        ReplicaCursor cursor = open(buffer.nextOffset());
        feed(500_000);
        readAll(cursor);
        buffer.turn(64);
        long at = cursor.offset();
        feed((int) HARD);
        assertThat(verdict(cursor)).isEqualTo(Verdict.KILL);
        cursor.drop();
        buffer.turn(10_000);
        return at;
    }

    @Test
    void shouldLetADroppedReplicaContinueWhereItWas() {
        long at = dropOne();
        assertThat(buffer.stats().leases()).isEqualTo(1);
        assertThat(buffer.stats().leasedBytes())
                .isBetween(HARD - BACKLOG, HARD - BACKLOG + MARGIN + BLOCK);

        ReplicaCursor back = open(at - 70_000);
        assertThat(back).as("a command cut in two, and what the socket had taken").isNotNull();
        assertThat(buffer.stats().leases()).isZero();
        assertThat(buffer.stats().leasedBytes()).isZero();
        assertThat(buffer.stats().resumedLeases()).isEqualTo(1);
        readAll(back);
        assertThat(back.offset()).isEqualTo(buffer.nextOffset());
    }

    @Test
    void shouldGiveTheBytesUpAtTheDeadline() {
        long at = dropOne();
        pass(9);
        assertThat(buffer.stats().leases()).isEqualTo(1);
        assertThat(buffer.coverage().startOffset()).isLessThanOrEqualTo(at - MARGIN + BLOCK);

        pass(1);
        assertThat(buffer.stats().leases()).isZero();
        assertThat(open(at)).isNull();
        assertThat(buffer.stats().backlogBytes()).isBetween((long) BACKLOG, BACKLOG + (long) BLOCK);
    }

    @Test
    void shouldGiveTheBytesUpWhereTheStreamHasRunTooFarAhead() {
        long at = dropOne();
        feed((4 << 20) - (int) HARD - MARGIN - 2 * BLOCK);
        assertThat(buffer.stats().leases()).isEqualTo(1);
        feed(3 * BLOCK);
        assertThat(buffer.stats().leases()).isZero();
        assertThat(open(at)).isNull();
    }

    /** It still owes all that it was dropped for; it is judged by what comes on top, until its time is over. */
    @Test
    void shouldGiveTheReturnedReplicaTimeToCatchUp() {
        ReplicaCursor back = open(dropOne());
        assertThat(back.outputBytes()).isGreaterThanOrEqualTo(HARD);
        assertThat(verdict(back)).isEqualTo(Verdict.KEEP);

        feed(500_000);
        assertThat(verdict(back)).isEqualTo(Verdict.KEEP);
        pass(10);
        assertThat(verdict(back)).as("its time is over").isEqualTo(Verdict.KILL);
    }

    @Test
    void shouldDropTheReturnedReplicaThatFallsBackByTheLimitAgain() {
        ReplicaCursor back = open(dropOne());
        feed((int) HARD + BLOCK);
        assertThat(verdict(back)).isEqualTo(Verdict.KILL);
    }

    /** Else it would come back, be dropped, and come back, as long as it likes, and hold the memory all the while. */
    @Test
    void shouldKeepNoSecondPlaceForAReplicaThatHasNotCaughtUp() {
        long at = dropOne();
        ReplicaCursor back = open(at);
        pass(10);
        assertThat(verdict(back)).isEqualTo(Verdict.KILL);
        back.drop();
        buffer.turn(10_000);
        assertThat(buffer.stats().leases()).isZero();
        assertThat(open(at)).isNull();
    }

    @Test
    void shouldTreatAReplicaThatCaughtUpAsAnyOther() {
        ReplicaCursor back = open(dropOne());
        readAll(back);
        buffer.turn(64);
        assertThat(verdict(back)).isEqualTo(Verdict.KEEP);

        feed((int) HARD);
        assertThat(verdict(back)).as("nothing is forgiven any more").isEqualTo(Verdict.KILL);
        back.drop();
        assertThat(buffer.stats().leases()).as("and it has its lease").isEqualTo(1);
    }

    @Test
    void shouldKeepNothingForAReplicaThatIsClosed() {
        ReplicaCursor cursor = open(1);
        feed((int) HARD);
        cursor.close();
        cursor.drop();
        buffer.turn(10_000);
        assertThat(buffer.stats().leases()).isZero();
        assertThat(open(1)).isNull();
    }

    @Test
    void shouldEndLeasesBeforeAWriterIsRefused() {
        remake(Map.of("repl-buffer-grace-bytes", "1gb"));
        ReplicaCursor cursor = open(1);
        feed(60 << 20);
        cursor.drop();
        ReplicaCursor connected = open(buffer.nextOffset());
        feed(10 << 20);
        assertThat(buffer.stats().leases()).isZero();
        assertThat(connected.pendingBytes()).isEqualTo(10 << 20);
    }

    @Test
    void shouldEndLeasesWithTheHistoryThatTheyBelongTo() {
        dropOne();
        buffer.dropBacklog();
        assertThat(buffer.stats().leases()).isZero();
        dropOne();
        buffer.skip(100);
        assertThat(buffer.stats().leases()).isZero();
    }

    @Test
    void shouldKeepNothingByDefault() {
        remake(Map.of("repl-buffer-grace-seconds", "0"));
        long at = dropOne();
        assertThat(buffer.stats().leases()).isZero();
        assertThat(open(at)).isNull();
    }

    @Test
    void shouldRefuseALeaseThatEndsAsItBegins() {
        assertThatThrownBy(() -> buffer(Map.of("repl-buffer-grace-bytes", "10kb")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("repl-buffer-grace-bytes: 10240 (expected: more than");
        assertThatThrownBy(() -> buffer(Map.of("repl-buffer-grace-bytes", "10 apples")))
                .hasMessageContaining("\"10 apples\" (expected: a memory size such as 64mb, >= 0)");
    }
}
