package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.OutputLimit.Verdict;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.primary.Forecast.Loss;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ForecastsTest {
    private static final long MB = 1_000_000;
    private static final LimitConfig LIMITS = new LimitConfig(256 * MB, 64 * MB, 60);

    @Test
    void shouldSeeNoLossWhileTheLagDoesNotGrow() {
        Forecast forecast = shared(LIMITS).of(inMemory(10 * MB), -1, 0, true);
        assertThat(forecast).isEqualTo(new Forecast(Loss.NONE, -1, true));
        assertThat(shared(LIMITS).of(inMemory(200 * MB), 0, -1 * MB, false).loss())
                .isEqualTo(Loss.DROPPED);
        // By the time the soft limit is over it is below.
        assertThat(shared(LIMITS).of(inMemory(200 * MB), 0, -10 * MB, false).loss())
                .isEqualTo(Loss.NONE);
    }

    @Test
    void shouldSeeTheHardLimitWhereItComesFirst() {
        assertThat(shared(LIMITS).of(inMemory(56 * MB), -1, 20 * MB, false))
                .isEqualTo(new Forecast(Loss.DROPPED, 10_000, false));
    }

    @Test
    void shouldSeeTheSoftLimitAndItsSecondsWhereTheyComeFirst() {
        assertThat(shared(LIMITS).of(inMemory(44 * MB), -1, MB, false))
                .isEqualTo(new Forecast(Loss.DROPPED, 80_000, false));
        assertThat(shared(LIMITS).of(inMemory(70 * MB), 20_000, MB, false))
                .isEqualTo(new Forecast(Loss.DROPPED, 40_000, false));
    }

    @Test
    void shouldTakeABacklogThatIsLargerThanTheLimitForTheLimit() {
        Forecasts forecasts =
                new Forecasts(
                        limit(100 * MB, Long.MAX_VALUE, Verdict.KILL),
                        new LimitConfig(16 * MB, 0, 0),
                        100 * MB,
                        0);
        assertThat(forecasts.of(inMemory(10 * MB), -1, 10 * MB, true))
                .isEqualTo(new Forecast(Loss.DROPPED, 9_000, true));
    }

    @Test
    void shouldSeeADemotionAtTheWindowAndThenTheLogsCap() {
        Forecasts forecasts =
                new Forecasts(
                        limit(16 * MB, 16 * MB, Verdict.DEMOTE),
                        new LimitConfig(0, 0, 0),
                        MB,
                        100 * MB);
        assertThat(forecasts.of(inMemory(6 * MB), -1, 10 * MB, true))
                .isEqualTo(new Forecast(Loss.DEMOTED, 1_000, true));
        assertThat(forecasts.of(inLog(60 * MB), -1, 10 * MB, true))
                .isEqualTo(new Forecast(Loss.OVERTAKEN, 4_000, true));
        assertThat(forecasts.of(inLog(60 * MB), -1, -1, true).loss()).isEqualTo(Loss.NONE);
    }

    @Test
    void shouldSeeNothingWhereNothingIsLimited() {
        assertThat(
                        new Forecasts(
                                        limit(Long.MAX_VALUE, Long.MAX_VALUE, Verdict.KILL),
                                        new LimitConfig(0, 0, 0),
                                        MB,
                                        0)
                                .of(inMemory(1 << 30), -1, 100 * MB, false)
                                .loss())
                .isEqualTo(Loss.NONE);
    }

    private static Forecasts shared(LimitConfig config) {
        return new Forecasts(
                limit(config.hardBytes(), Long.MAX_VALUE, Verdict.KILL), config, MB, 0);
    }

    /** Judges at {@code hardBytes}, and above the soft limit of {@link #LIMITS} after its seconds. */
    private static OutputLimit limit(long hardBytes, long nearestBytes, Verdict verdict) {
        return new OutputLimit() {
            @Override
            public Verdict judge(long bytes, long aboveSoftMillis) {
                boolean soft = bytes >= 64 * MB && aboveSoftMillis > 60_000;
                return bytes >= hardBytes || soft ? verdict : Verdict.KEEP;
            }

            @Override
            public long nearestBytes() {
                return nearestBytes;
            }
        };
    }

    private static ReplicaCursor inMemory(long pendingBytes) {
        return new FixedCursor(pendingBytes, false);
    }

    private static ReplicaCursor inLog(long pendingBytes) {
        return new FixedCursor(pendingBytes, true);
    }

    private record FixedCursor(long pendingBytes, boolean inLog) implements ReplicaCursor {
        @Override
        public long offset() {
            return 1;
        }

        @Override
        public ByteBuffer next(int maxBytes) {
            return null;
        }

        @Override
        public FileSlice nextFile(int maxBytes) {
            return null;
        }

        @Override
        public void advance(long bytes) {}

        @Override
        public long outputBytes() {
            return inLog ? 0 : pendingBytes;
        }

        @Override
        public int outputBlocks() {
            return 1;
        }

        @Override
        public void close() {}

        @Override
        public boolean released() {
            return false;
        }
    }
}
