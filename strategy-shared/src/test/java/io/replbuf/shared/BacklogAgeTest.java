package io.replbuf.shared;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.BufferContext;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A backlog bounded by time as well as by bytes: min(bytes, seconds) of the stream. */
class BacklogAgeTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int BLOCK = 16 << 10;

    private record Mark(long nanos, long offset) {}

    private long nanos = Long.MAX_VALUE - 3 * SECOND;

    /** Against a list of every call: nothing younger than the age, and all that is older by a step and two calls. */
    @Test
    void shouldSayWhatIsOlderThanTheAge() {
        SplittableRandom random = new SplittableRandom(5);
        for (long age : new long[] {1, 63, SECOND, 3600 * SECOND}) {
            long interval = age / 50 + 2;
            long surely = age + Math.max(1, age / 64) + 2 * interval;
            BacklogAge tested = new BacklogAge(() -> nanos, age, 1);
            ArrayDeque<Mark> calls = new ArrayDeque<>();
            calls.add(new Mark(nanos, 1));
            long offset = 1;
            long least = 0;
            for (int i = 0; i < 20_000; i++) {
                nanos += random.nextLong(interval);
                offset += random.nextInt(1_000);
                calls.add(new Mark(nanos, offset));
                while (nanos - calls.peek().nanos > surely) {
                    least = calls.poll().offset;
                }
                long most = 0;
                for (Mark call : calls) {
                    most = nanos - call.nanos >= age ? call.offset : most;
                }
                assertThat(tested.expiredBelow(offset)).as("age " + age).isBetween(least, most);
            }
        }
    }

    @Test
    void shouldKeepTheSmallerOfBytesAndSeconds() {
        Extents extents = new Extents(4L * Extent.BYTES, null);
        Account account = new Accountant().account(Owner.REPLICATION);
        SharedBuffer buffer =
                (SharedBuffer)
                        new SharedBufferFactory()
                                .create(
                                        new BufferContext(
                                                () -> nanos,
                                                extents,
                                                account,
                                                Runnable::run,
                                                null,
                                                1,
                                                8 << 20,
                                                Map.of("repl-buffer-backlog-seconds", "60")));
        // 10 kB/s: a minute of it is far less than the bytes.
        rate(buffer, 10_000, 200);
        assertThat(buffer.stats().backlogBytes()).isBetween(600_000L, 600_000L + 20_000 + BLOCK);

        // 1 MB/s: the bytes are less than a minute of it.
        rate(buffer, 1_000_000, 100);
        assertThat(buffer.stats().backlogBytes()).isBetween(8L << 20, (8L << 20) + BLOCK);

        // Silence: after a minute nothing of it is wanted, but the tail stays.
        for (int second = 0; second < 62; second++) {
            nanos += SECOND;
            buffer.turn(640);
        }
        assertThat(buffer.stats().blocks()).isEqualTo(1);
        assertThat(extents.liveBytes()).isEqualTo(Extent.BYTES);
        buffer.close();
        extents.close();
    }

    private void rate(SharedBuffer buffer, int bytesPerSecond, int seconds) {
        for (int tenth = 0; tenth < seconds * 10; tenth++) {
            nanos += SECOND / 10;
            buffer.feed(ByteBuffer.allocate(bytesPerSecond / 10));
            buffer.turn(640);
        }
    }
}
