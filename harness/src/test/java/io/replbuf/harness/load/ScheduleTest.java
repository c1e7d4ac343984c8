package io.replbuf.harness.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.scenario.Workload;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void shouldKeepTheRateExactOverALongSchedule() {
        Schedule uniform = new Schedule(Workload.Arrival.UNIFORM, 30_000, 1, 0);
        for (int i = 0; i < 3_000_000; i++) {
            uniform.advance();
        }
        assertThat(uniform.next()).isEqualTo(100_000_000_000L);
        Schedule poisson = new Schedule(Workload.Arrival.POISSON, 30_000, 1, 0);
        Schedule again = new Schedule(Workload.Arrival.POISSON, 30_000, 1, 0);
        for (int i = 0; i < 300_000; i++) {
            assertThat(poisson.next()).isEqualTo(again.next());
            poisson.advance();
            again.advance();
        }
        // Within four standard deviations of 10 s.
        assertThat(poisson.next()).isBetween(9_920_000_000L, 10_080_000_000L);
    }
}
