package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateTest {
    private final Rate rate = new Rate();

    @Test
    void shouldBeUnknownBeforeTimeHasPassedBetweenTwoLooks() {
        assertThat(rate.perSecond()).isEqualTo(-1);
        rate.look(500, 1_000);
        assertThat(rate.perSecond()).isEqualTo(-1);
        rate.look(900, 1_000);
        assertThat(rate.perSecond()).isEqualTo(-1);
        rate.look(900, 3_000);
        assertThat(rate.perSecond()).isEqualTo(200);
    }

    @Test
    void shouldForgetWhatIsSixLooksOld() {
        for (int second = 0; second < 100; second++) {
            rate.look(second < 50 ? second * 1_000L : 50_000, second * 1_000L);
        }
        assertThat(rate.perSecond()).isZero();
    }

    @Test
    void shouldLookBackNoFartherThanAsked() {
        for (int second = 0; second < 10; second++) {
            rate.look(second < 8 ? 0 : (second - 7) * 300L, second * 1_000L);
        }
        assertThat(rate.perSecond(2)).isEqualTo(300);
        assertThat(rate.perSecond(4)).isEqualTo(150);
        assertThat(rate.perSecond()).isEqualTo(120);
    }

    @Test
    void shouldBeginFromScratch() {
        rate.look(0, 0);
        rate.look(10_000, 1_000);
        rate.reset();
        rate.look(5, 2_000);
        assertThat(rate.perSecond()).isEqualTo(-1);
        rate.look(10, 3_000);
        assertThat(rate.perSecond()).isEqualTo(5);
    }
}
