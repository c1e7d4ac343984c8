package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class LimitWatchTest {
    private static final LimitConfig CONFIG = new LimitConfig(1_000, 0, 0);

    private final Place place = new Place();
    private final LimitWatch watch = new LimitWatch();
    private int patienceMillis = 100;

    @Test
    void shouldDropAtTheFirstLookWithoutPatience() {
        patienceMillis = 0;
        assertThat(exceeded(0)).isFalse();
        place.next = 1_000;
        assertThat(exceeded(0)).isTrue();
    }

    @Test
    void shouldKeepWhoTakesAllOfAValueBeyondTheLimit() {
        assertThat(exceeded(0)).isFalse();
        place.next = 5_000;
        assertThat(exceeded(1)).isFalse();
        place.offset = 4_001;
        assertThat(exceeded(101)).as("below").isFalse();
        place.next = 9_000;
        assertThat(exceeded(150)).as("the next value").isFalse();
    }

    @Test
    void shouldDropWhoTakesSomethingAndStaysBeyondTheLimit() {
        place.next = 1_000;
        for (int millis = 0; millis < 100; millis++) {
            place.next += 10;
            place.offset += 5;
            assertThat(exceeded(millis)).as("at %d ms", millis).isFalse();
        }
        place.next += 10;
        place.offset += 5;
        assertThat(exceeded(100)).isTrue();
    }

    @Test
    void shouldDropWhoHasLongTakenNothingAsSoonAsItIsBeyondTheLimit() {
        place.next = 1;
        assertThat(exceeded(0)).isFalse();
        place.next = 999;
        assertThat(exceeded(100)).isFalse();
        place.next = 1_000;
        assertThat(exceeded(100)).isTrue();
    }

    @Test
    void shouldNotHoldAnIdleStreamAgainstAReplica() {
        assertThat(exceeded(0)).isFalse();
        place.next = 1_000;
        assertThat(exceeded(60_000)).as("cron was late").isFalse();
        assertThat(exceeded(60_099)).isFalse();
        assertThat(exceeded(60_100)).isTrue();
    }

    private boolean exceeded(long nowMillis) {
        OutputLimit limit =
                new OutputLimit() {
                    @Override
                    public Verdict judge(long outputBytes, long aboveSoftMillis) {
                        return outputBytes >= CONFIG.hardBytes() ? Verdict.KILL : Verdict.KEEP;
                    }

                    @Override
                    public int patienceMillis() {
                        return patienceMillis;
                    }
                };
        return watch.exceeded(place, limit, CONFIG, nowMillis);
    }

    /** A cursor of which only the place matters. */
    private static final class Place implements ReplicaCursor {
        long offset;
        long next;

        @Override
        public long offset() {
            return offset;
        }

        @Override
        public long pendingBytes() {
            return next - offset;
        }

        @Override
        public long outputBytes() {
            return next - offset;
        }

        @Override
        public ByteBuffer next(int maxBytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileSlice nextFile(int maxBytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void advance(long bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean inLog() {
            return false;
        }

        @Override
        public int outputBlocks() {
            return 0;
        }

        @Override
        public void close() {}

        @Override
        public boolean released() {
            return false;
        }
    }
}
