package io.replbuf.harness.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.scenario.Workload;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** A load that changes its shape, before a server that takes 100 µs for each command. */
class LoadShapeTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long SERVICE = 100_000L;

    private final VirtualLoad load =
            new VirtualLoad(
                    VirtualLoad.open(Workload.Arrival.UNIFORM, 1_000, 7),
                    List.of(),
                    SECOND,
                    SERVICE);

    private Histogram responses() {
        return load.recorders().get(0).interval(null);
    }

    @Test
    void shouldKeepAPipelineFullAndThenFollowTheScheduleAgainWithoutCatchingUp() {
        load.start();
        load.playUntil(SECOND);
        assertThat(responses().getTotalCount()).as("by the schedule").isBetween(998L, 1_001L);

        load.pipelined(4);
        load.playUntil(2 * SECOND);
        Histogram full = responses();
        assertThat(full.getTotalCount()).as("as the server takes them").isBetween(9_990L, 10_002L);
        assertThat(full.getMaxValue())
                .as("four on each of two connections")
                .isBetween(8 * SERVICE - 1_000, 8 * SERVICE + 10_000);

        load.pipelined(0);
        load.playUntil(3 * SECOND);
        load.finish();
        Histogram again = responses();
        assertThat(again.getTotalCount()).as("by the schedule").isBetween(998L, 1_012L);
        assertThat(again.getMaxValue())
                .as("a second without schedule is no second of lateness")
                .isLessThan(20 * SERVICE);
    }
}
