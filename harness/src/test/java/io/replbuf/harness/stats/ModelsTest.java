package io.replbuf.harness.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.replbuf.harness.scenario.Draw;
import io.replbuf.harness.scenario.SeedStream;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ModelsTest {
    private static final long MIB = 1 << 20;
    private static final long FOREVER = Duration.ofDays(7).toNanos();
    private static final double RATE = 50e6;

    @Test
    void shouldMultiplyLegacyByTheNumberOfLaggards() {
        double[] lags = new double[16];
        Arrays.fill(lags, 100.0 * MIB);
        double legacy = MemoryModel.legacy(8 * MIB, lags).low();
        double shared = MemoryModel.shared(8 * MIB, 1e12, lags, 64 << 10).low();
        assertThat(legacy / shared).isBetween(15.5, 16.5);
        assertThat(MemoryModel.correlatedRatio(8 * MIB, 16, 100.0 * MIB))
                .isEqualTo(16.08, within(1e-9));
    }

    @Test
    void shouldHoldTheBacklogWhileNobodyLags() {
        MemoryModel.Bounds bounds = MemoryModel.shared(8 * MIB, 1e12, new double[4], 16 << 10);
        assertThat(bounds.low()).isEqualTo(8 * MIB * (1 + 64 / 16_384.0));
        assertThat(bounds.high() - bounds.low()).isBetween(16_384.0, 16_500.0);
        assertThat(MemoryModel.shared(8 * MIB, 1 * MIB, new double[0], 16 << 10).high())
                .isLessThan(1.1 * MIB);
        assertThat(bounds.residual(bounds.high() + 7)).isEqualTo(7);
        assertThat(bounds.residual(bounds.middle())).isZero();
        assertThat(bounds.residual(bounds.low() - 7)).isEqualTo(-7);
    }

    @Test
    void shouldNeverPredictMoreThanTheWindowForAofPsync() {
        MemoryModel.Bounds bounds =
                MemoryModel.aofPsync(8 * MIB, 1e12, new double[] {1e9, 2e9}, 64 << 10, 16 * MIB);
        assertThat(bounds.low()).isEqualTo(16 * MIB);
        assertThat(bounds.high()).isEqualTo(16 * MIB + 65_536);
    }

    /** Figures of the reference's seeded simulation at 50 MB/s. */
    @Test
    void shouldAgreeWithSimulatedFullResyncProbabilities() {
        Draw exponential = new Draw(Draw.Kind.EXPONENTIAL, 20e9, 0, FOREVER);
        assertThat(full(256, exponential)).isEqualTo(0.765, within(0.001));
        assertThat(full(1024, exponential)).isEqualTo(0.342, within(0.001));
        Draw lognormal = new Draw(Draw.Kind.LOGNORMAL, 5e9, 1.5, FOREVER);
        assertThat(full(256, lognormal)).isEqualTo(0.481, within(0.001));
        assertThat(full(1024, lognormal)).isEqualTo(0.166, within(0.001));
        assertThat(full(8192, lognormal)).isEqualTo(0.009, within(0.001));
        Draw pareto = new Draw(Draw.Kind.PARETO, 1e9, 1.1, FOREVER);
        assertThat(full(256, pareto)).isEqualTo(0.158, within(0.001));
        assertThat(full(8192, pareto)).isEqualTo(0.0035, within(0.0001));
    }

    @Test
    void shouldPredictWhatTheGeneratorDraws() {
        for (Draw draw :
                new Draw[] {
                    new Draw(Draw.Kind.UNIFORM, 1e9, 9e9, FOREVER),
                    new Draw(Draw.Kind.EXPONENTIAL, 4e9, 0, FOREVER),
                    new Draw(Draw.Kind.LOGNORMAL, 4e9, 1.0, FOREVER),
                    new Draw(Draw.Kind.WEIBULL, 4e9, 0.7, FOREVER),
                    new Draw(Draw.Kind.PARETO, 2e9, 1.5, FOREVER),
                    new Draw(Draw.Kind.EXPONENTIAL, 4e9, 0, 3_000_000_000L),
                }) {
            SeedStream stream = SeedStream.named(11, draw.toString());
            int longer = 0;
            for (int i = 0; i < 50_000; i++) {
                longer += draw.next(stream).toMillis() > 4_000 ? 1 : 0;
            }
            assertThat(longer / 50_000.0)
                    .as("%s", draw)
                    .isEqualTo(ResyncModel.survival(draw, 4), within(0.01));
        }
    }

    @Test
    void shouldSizeTheCoverSoThatTheProbabilityComesOut() {
        for (Draw draw :
                new Draw[] {
                    new Draw(Draw.Kind.UNIFORM, 1e9, 9e9, FOREVER),
                    new Draw(Draw.Kind.EXPONENTIAL, 4e9, 0, FOREVER),
                    new Draw(Draw.Kind.LOGNORMAL, 4e9, 1.0, FOREVER),
                    new Draw(Draw.Kind.WEIBULL, 4e9, 0.7, FOREVER),
                    new Draw(Draw.Kind.PARETO, 2e9, 1.5, FOREVER),
                }) {
            double cover = ResyncModel.coverFor(0.01, RATE, draw);
            assertThat(ResyncModel.fullProbability(0, cover, RATE, draw))
                    .as("%s", draw)
                    .isEqualTo(0.01, within(1e-9));
        }
    }

    @Test
    void shouldTurnFullExactlyAtTheThreshold() {
        Draw twoSeconds = Draw.constant(Duration.ofSeconds(2));
        assertThat(ResyncModel.fullProbability(0, 1.99 * RATE, RATE, twoSeconds)).isEqualTo(1);
        assertThat(ResyncModel.fullProbability(0, 2.0 * RATE, RATE, twoSeconds)).isZero();
        assertThat(ResyncModel.fullProbability(0.1, 2.0 * RATE, RATE, twoSeconds)).isEqualTo(0.1);
        assertThat(ResyncModel.thresholdSeconds(100e6, RATE)).isEqualTo(2);
        assertThatThrownBy(() -> ResyncModel.thresholdSeconds(1, 0))
                .hasMessageContaining("expected: more than 0");
    }

    @Test
    void shouldSimulateTheMeanLagOfRandomStalls() {
        // stalls of 4 s on average (exponential: E[X^2] = 2 * 16), 60 s apart, caught up at three
        // times the write rate
        double expected = MemoryModel.meanLag(RATE, 3 * RATE, 60, 4, 32);
        SeedStream stream = SeedStream.named(5, "stalls");
        double area = 0;
        double time = 0;
        for (int i = 0; i < 200_000; i++) {
            double between = -60 * Math.log(1 - stream.nextDouble());
            double stall = -4 * Math.log(1 - stream.nextDouble());
            double catchUp = stall * RATE / (2 * RATE);
            area += 0.5 * stall * RATE * (stall + catchUp);
            time += between + stall + catchUp;
        }
        assertThat(area / time).isEqualTo(expected, within(0.03 * expected));
    }

    @Test
    void shouldSizeABacklogInWholeMebibytesWithAMargin() {
        assertThat(BacklogSizing.bytes(10.7e6, Duration.ofSeconds(60))).isEqualTo(674 * MIB);
        assertThat(BacklogSizing.bytes(0, Duration.ofSeconds(60))).isEqualTo(MIB);
        assertThat(BacklogSizing.line(10.7e6, Duration.ofMinutes(1)))
                .isEqualTo(
                        "At 10.7 MB/s of stream, an outage of 1 min is bridged by repl-backlog-size 674mb"
                                + " (rate × outage + 10 %).");
    }

    private static double full(long coverMebibytes, Draw outage) {
        return ResyncModel.fullProbability(0, coverMebibytes * MIB, RATE, outage);
    }
}
