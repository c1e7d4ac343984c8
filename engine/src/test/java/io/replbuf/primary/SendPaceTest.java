package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendPaceTest {
    private static final long MOST = 500_000;

    @Test
    void shouldKeepSmallSendsBelowASixteenthOfTheLoop() {
        SendPace pace = new SendPace();
        for (int i = 0; i < 100; i++) {
            pace.measured(4, 4 * 6_000);
        }

        assertThat(pace.delayNanos(1, MOST)).isBetween(16 * 5_900L, 16 * 6_000L);
        assertThat(pace.delayNanos(4, MOST)).isBetween(4 * 16 * 5_900L, 4 * 16 * 6_000L);
    }

    @Test
    void shouldNeverExceedTheConfiguredDelay() {
        SendPace pace = new SendPace();

        assertThat(pace.delayNanos(1000, MOST)).isEqualTo(MOST);
        assertThat(pace.delayNanos(1000, 0)).isZero();
    }

    @Test
    void shouldForgetASlowCallWithinAFewRounds() {
        SendPace pace = new SendPace();
        pace.measured(1, 5_000);
        pace.measured(1, 10_000_000);
        for (int i = 0; i < 80; i++) {
            pace.measured(1, 5_000);
        }

        assertThat(pace.delayNanos(1, Long.MAX_VALUE)).isLessThan(2 * 16 * 5_000L);
    }
}
