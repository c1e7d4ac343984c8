package io.replbuf.harness.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.replbuf.harness.load.LatencyRecorder;
import java.util.ArrayDeque;
import java.util.Deque;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** A replica that reads nothing for 3 ms of virtual time, at a simulated link: lag and delay say how long, and how much it missed. */
class StalledReplicaTest {
    private static final long MICRO = 1_000;
    private static final long STALL_NANOS = 3_000 * MICRO;
    private static final long STALL_AT = 5_000 * MICRO;
    private static final long END = 20_000 * MICRO;

    /** 1000 bytes every 100 us: 10 MB/s, into a link of 1 GB/s. */
    private static final long FEED_NANOS = 100 * MICRO;

    private static final int FEED_BYTES = 1_000;
    private static final long LINK_BYTES_PER_SECOND = 1_000_000_000L;

    /** Less than the stall's bytes, so that most of them wait at the sender. */
    private static final int SOCKET_BYTES = 8_000;

    private record Mark(long offset, long fedAt) {}

    private final SimulatedLink link = new SimulatedLink(LINK_BYTES_PER_SECOND, SOCKET_BYTES, 0, 0);
    private final LatencyRecorder delay = new LatencyRecorder("replication.delay");
    private final Deque<Mark> marks = new ArrayDeque<>();
    private long fed;
    private long sent;
    private long lagMost;

    private void play(long stallNanos) {
        for (long now = 0; now < END; now += MICRO) {
            if (now == STALL_AT) {
                link.stall(true, now);
            }
            if (now == STALL_AT + stallNanos) {
                link.stall(false, now);
            }
            if (now % FEED_NANOS == 0) {
                fed += FEED_BYTES;
                marks.add(new Mark(fed, now));
            }
            int bytes = (int) Math.min(fed - sent, link.room(now));
            link.accept(bytes);
            sent += bytes;
            long received = sent - link.inFlightBytes(now);
            lagMost = Math.max(lagMost, fed - received);
            while (!marks.isEmpty() && marks.element().offset() <= received) {
                delay.record(now - marks.remove().fedAt());
            }
        }
    }

    @Test
    void shouldFindAStallOfThreeMilliseconds() {
        play(STALL_NANOS);
        Histogram delays = delay.interval(null);
        assertThat((double) delays.getMaxValue())
                .as("the first mark that the stall met waited for all of it")
                .isCloseTo(STALL_NANOS, withinPercentage(2));
        assertThat(lagMost)
                .as("bytes fed in 3 ms, and those of one more feed")
                .isCloseTo(30_000L, within(1_000L));
        assertThat(delays.getCountBetweenValues(FEED_NANOS, Long.MAX_VALUE / 2))
                .as("marks fed in 3 ms")
                .isBetween(29L, 31L);
        assertThat(marks).as("that never arrived").isEmpty();
    }

    @Test
    void shouldFindNothingWithoutAStall() {
        play(0);
        assertThat(delay.interval(null).getMaxValue()).isLessThan(FEED_NANOS);
        assertThat(lagMost).isLessThanOrEqualTo(FEED_BYTES);
    }
}
