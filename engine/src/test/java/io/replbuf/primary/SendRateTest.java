package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.MemoryCursor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SendRateTest {
    /** Sends whatever is allowed for ten seconds, waiting as told. */
    @ParameterizedTest
    @ValueSource(longs = {1, 7, 1_000, 1 << 20, 100 << 20, 5_000_000_000L})
    void shouldGiveTheRateInTenSeconds(long bytesPerSecond) {
        long now = 123;
        long end = now + TimeUnit.SECONDS.toNanos(10);
        SendRate rate = new SendRate(bytesPerSecond, now);
        long sent = 0;
        long looks = 0;
        while (now < end) {
            int allowed = rate.allowed(now);
            if (allowed > 0) {
                int bytes = Math.min(allowed, MemoryCursor.MAX_SLICE_BYTES);
                rate.took(bytes);
                sent += bytes;
                now += bytes / 10; // a socket of 10 GB/s
            } else {
                assertThat(rate.waitNanos()).isPositive();
                now += rate.waitNanos();
            }
            looks++;
        }
        long most = 10 * bytesPerSecond;
        assertThat(sent)
                .isBetween(
                        most - bytesPerSecond / 10 - 1,
                        most + bytesPerSecond / 5 + MemoryCursor.MAX_SLICE_BYTES);
        long sends = most / MemoryCursor.MAX_SLICE_BYTES + 510;
        assertThat(looks).as("timers and sends").isLessThan(2 * sends + 10);
    }

    @Test
    void shouldSaveUpNoMoreThanATenthOfASecondsWorth() {
        SendRate rate = new SendRate(1_000_000, 0);
        assertThat(rate.allowed(TimeUnit.HOURS.toNanos(1))).isEqualTo(100_000);
        rate.took(100_000);
        assertThat(rate.allowed(TimeUnit.HOURS.toNanos(1))).isZero();
        assertThat(rate.waitNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
    }
}
