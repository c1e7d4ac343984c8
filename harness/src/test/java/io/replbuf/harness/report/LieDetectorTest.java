package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.replbuf.harness.load.LoadOptions;
import io.replbuf.harness.load.VirtualLoad;
import io.replbuf.harness.measure.IntervalLog;
import io.replbuf.harness.scenario.Workload;
import io.replbuf.harness.stats.StallModel;
import io.replbuf.harness.stats.StallModel.Stall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A loader's decisions, recorders, interval log and the report's reader, against a server whose stalls are known: what comes out at the
 * end is within 2 % of what pencil and paper say.
 */
class LieDetectorTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final int INTERVALS = 20;
    private static final long SEED = 20261128;
    private static final double[] PERCENTS = {50, 99, 99.9};
    private static final double TOLERANCE_PERCENT = 2;

    /** Shortest service that a server without a noticeable one has: a clock of nanoseconds shows it. */
    private static final long NO_SERVICE = 1;

    @TempDir private Path folder;

    /** What a scenario's load would leave in latency.hlog, as the report reads it. */
    private LatencyLog played(
            LoadOptions options,
            List<Stall> stalls,
            long periodNanos,
            long serviceNanos,
            long untilNanos)
            throws IOException {
        VirtualLoad load = new VirtualLoad(options, stalls, periodNanos, serviceNanos);
        Path file = folder.resolve("latency.hlog");
        try (IntervalLog log =
                new IntervalLog(
                        file, load.recorders(), List.of("virtual"), load::nanoTime, 1_000_000)) {
            load.start();
            for (int i = 1; i <= INTERVALS; i++) {
                load.playUntil(untilNanos / INTERVALS * i);
                log.roll(true);
            }
            load.finish();
            log.roll(true);
        }
        return LatencyLog.read(file);
    }

    private static Histogram all(LatencyLog log, String tag) {
        return log.merged(tag, 0, Double.MAX_VALUE);
    }

    private static void shouldAgree(Histogram measured, DoubleUnaryOperator expected) {
        for (double percent : PERCENTS) {
            assertThat((double) measured.getValueAtPercentile(percent))
                    .as("p%s in nanoseconds, seed %d", percent, SEED)
                    .isCloseTo(
                            expected.applyAsDouble(percent), withinPercentage(TOLERANCE_PERCENT));
        }
    }

    private static List<Stall> one(long lengthNanos) {
        return List.of(new Stall(0, lengthNanos));
    }

    /** Every 100 ms of 2 s one of 60 ms, but the first of 180 ms: half of all arrivals wait, and the three percentiles are apart. */
    private static List<Stall> manyAndOneLong() {
        return Stream.concat(
                        Stream.of(new Stall(0, 180 * MILLI)),
                        IntStream.range(3, 20)
                                .mapToObj(i -> new Stall(i * 100 * MILLI, 60 * MILLI)))
                .toList();
    }

    @Test
    void shouldMeasureAStallWithinTwoPercentAtAFixedRate() throws IOException {
        long service = MILLI / 10;
        LoadOptions options = VirtualLoad.open(Workload.Arrival.UNIFORM, 5_000, SEED);
        LatencyLog log = played(options, one(10 * MILLI), SECOND / 2, service, 20 * SECOND);
        Histogram response = all(log, "client.response");
        assertThat(response.getTotalCount()).isBetween(99_999L, 100_001L);
        StallModel model = new StallModel(one(10 * MILLI), SECOND / 2, service, 5_000);
        // 10 ms every 500 ms, half loaded: 4 % wait, the hundredth arrival for 7.5 ms of them.
        assertThat(model.percentileNanos(50)).isEqualTo(service);
        assertThat(model.percentileNanos(99)).isCloseTo(7.6e6, withinPercentage(0.01));
        assertThat(model.percentileNanos(99.9)).isCloseTo(9.85e6, withinPercentage(0.01));
        shouldAgree(response, model::percentileNanos);
        assertThat(all(log, "loader.delay").getMaxValue())
                .as("lateness of a loader that has the clock to itself")
                .isEqualTo(1);
    }

    @Test
    void shouldMeasureStallsThatHalfOfAllMeet() throws IOException {
        LoadOptions options = VirtualLoad.open(Workload.Arrival.UNIFORM, 4_000, SEED);
        long service = MILLI / 20;
        LatencyLog log = played(options, manyAndOneLong(), 2 * SECOND, service, 40 * SECOND);
        StallModel model = new StallModel(manyAndOneLong(), 2 * SECOND, service, 4_000);
        shouldAgree(all(log, "client.response"), model::percentileNanos);
    }

    @Test
    void shouldMeasureStallsThatWritesMeetAtRandom() throws IOException {
        LoadOptions options = VirtualLoad.open(Workload.Arrival.POISSON, 4_000, SEED);
        LatencyLog log = played(options, manyAndOneLong(), 2 * SECOND, NO_SERVICE, 400 * SECOND);
        // Arrivals at random see what the time average is, so the model for a fixed rate holds.
        StallModel model = new StallModel(manyAndOneLong(), 2 * SECOND, NO_SERVICE, 4_000);
        shouldAgree(all(log, "client.response"), model::percentileNanos);
    }

    @Test
    void shouldMeasureAQueueOfWritesThatCameAtRandom() throws IOException {
        long service = 2 * MILLI;
        double rate = 350;
        LoadOptions options = VirtualLoad.open(Workload.Arrival.POISSON, rate, SEED);
        LatencyLog log = played(options, List.of(), SECOND, service, 10_000 * SECOND);
        shouldAgree(
                all(log, "client.response"),
                percent -> service * (1 + waitInServices(rate * service / 1e9, percent)));
    }

    /**
     * Percentile of the wait at a queue with random arrivals and equal services, in services (Erlang 1909): the share that waits at
     * most {@code t} is {@code (1 - load) * sum over k <= t of (load (k - t))^k / k! * e^(load (t - k))}.
     */
    private static double waitInServices(double load, double percent) {
        double low = 0;
        double high = 20;
        while (high - low > 1e-9) {
            double t = (low + high) / 2;
            double share = 0;
            double factorial = 1;
            for (int k = 0; k <= t; k++) {
                factorial *= Math.max(1, k);
                share += Math.pow(load * (k - t), k) / factorial * Math.exp(load * (t - k));
            }
            if (share * (1 - load) * 100 < percent) {
                low = t;
            } else {
                high = t;
            }
        }
        return high;
    }

    /** A second without service: the window fills after 80 ms, and what is due then is sent late. */
    private LatencyLog playedBeyondTheWindow() throws IOException {
        return played(
                VirtualLoad.open(Workload.Arrival.UNIFORM, 100_000, SEED),
                one(SECOND),
                3 * SECOND,
                4_000,
                12 * SECOND);
    }

    private static StallModel modelBeyondTheWindow() {
        return new StallModel(one(SECOND), 3 * SECOND, 4_000, 100_000);
    }

    @Test
    void shouldMeasureAStallThatFillsTheWindow() throws IOException {
        shouldAgree(
                all(playedBeyondTheWindow(), "client.response"),
                modelBeyondTheWindow()::percentileNanos);
    }

    @Test
    void shouldCatchARecorderOfServiceTimes() throws IOException {
        Histogram service = all(playedBeyondTheWindow(), "client.service");
        assertThat(service.getValueAtPercentile(50))
                .as("most of those that were sent late waited in no queue of the server's")
                .isLessThan((long) (0.5 * modelBeyondTheWindow().percentileNanos(50)));
        assertThatThrownBy(() -> shouldAgree(service, modelBeyondTheWindow()::percentileNanos))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void shouldCatchALoaderThatWaitsForReplies() throws IOException {
        long service = MILLI / 10;
        LatencyLog log =
                played(
                        VirtualLoad.closed(1, SEED),
                        one(10 * MILLI),
                        SECOND / 2,
                        service,
                        20 * SECOND);
        StallModel model = new StallModel(one(10 * MILLI), SECOND / 2, service, 5_000);
        Histogram response = all(log, "client.response");
        assertThat(response.getValueAtPercentile(99.9))
                .as("one write met each stall, and 4900 did not")
                .isLessThan(2 * service);
        assertThatThrownBy(() -> shouldAgree(response, model::percentileNanos))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void shouldRefuseAScheduleWhoseQueuesMeet() {
        assertThatThrownBy(() -> new StallModel(one(300 * MILLI), SECOND / 2, 100_000, 5_000))
                .hasMessageContaining("before the next stall");
    }
}
