package io.replbuf.harness.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.harness.scenario.SeedStream;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void shouldCoverTheTrueRatioAboutAsOftenAsItSays() {
        SeedStream stream = SeedStream.named(1, "coverage");
        int covered = 0;
        int trials = 300;
        for (int i = 0; i < trials; i++) {
            Interval ratio = Bootstrap.ratio(processes(stream, 130, 5), processes(stream, 100, 5));
            covered += ratio.contains(1.3) ? 1 : 0;
        }
        assertThat(covered / (double) trials).isBetween(0.90, 1.0);
    }

    @Test
    void shouldCallAnAaPairNotDistinguishable() {
        SeedStream stream = SeedStream.named(2, "aa");
        int wrong = 0;
        for (int i = 0; i < 200; i++) {
            NoiseFloor floor = NoiseFloor.of(processes(stream, 100, 5), processes(stream, 100, 5));
            Comparison comparison =
                    Comparison.of(processes(stream, 100, 5), processes(stream, 100, 5), floor);
            wrong += comparison.isDifference() ? 1 : 0;
        }
        assertThat(wrong).as("false alarms in 200").isLessThan(6);
    }

    @Test
    void shouldSeeADifferenceLargerThanTheNoise() {
        SeedStream stream = SeedStream.named(3, "difference");
        NoiseFloor floor = NoiseFloor.of(processes(stream, 100, 7), processes(stream, 100, 7));
        Comparison comparison =
                Comparison.of(processes(stream, 50, 7), processes(stream, 100, 7), floor);
        assertThat(comparison.verdict()).isEqualTo(Comparison.Verdict.BETTER);
        assertThat(comparison.words()).contains(" × (").contains(", better; noise ± ");
        assertThat(
                        Comparison.of(
                                        processes(stream, 100, 7),
                                        processes(stream, 50, 7),
                                        NoiseFloor.UNKNOWN)
                                .words())
                .contains(", worse; noise not measured");
    }

    /** A ledger varies by a percent or so from process to process. */
    @Test
    void shouldFindALedgerThatIsATenthLarger() {
        SeedStream stream = SeedStream.named(4, "ledger");
        int found = 0;
        for (int i = 0; i < 200; i++) {
            NoiseFloor floor =
                    NoiseFloor.of(processes(stream, 100, 5, 0.01), processes(stream, 100, 5, 0.01));
            double[] larger = processes(stream, 110, 5, 0.01);
            Comparison comparison = Comparison.of(larger, processes(stream, 100, 5, 0.01), floor);
            found += comparison.verdict() == Comparison.Verdict.WORSE ? 1 : 0;
        }
        assertThat(found).as("found of 200").isGreaterThan(195);
    }

    @Test
    void shouldNotClaimWhatLiesWithinTheNoiseBand() {
        double[] values = {104, 104.1, 103.9, 104, 104.2};
        double[] baseline = {100, 100.1, 99.9, 100, 100.2};
        assertThat(Comparison.of(values, baseline, new NoiseFloor(1.01, 5)).verdict())
                .isEqualTo(Comparison.Verdict.WORSE);
        assertThat(Comparison.of(values, baseline, new NoiseFloor(1.05, 5)).words())
                .isEqualTo("1.04 × (1.04 to 1.04), equivalent; noise ± 5.0 %");
    }

    @Test
    void shouldHaveNoIntervalFromOneProcess() {
        Comparison comparison =
                Comparison.of(new double[] {16}, new double[] {1}, NoiseFloor.UNKNOWN);
        assertThat(comparison.verdict()).isEqualTo(Comparison.Verdict.NO_INTERVAL);
        assertThat(comparison.words()).isEqualTo("16.0 ×, one process, no interval");
    }

    @Test
    void shouldTakeOnePairsDifferenceForABandAndSaySo() {
        NoiseFloor floor = NoiseFloor.of(new double[] {100}, new double[] {110});
        assertThat(floor.words()).isEqualTo("noise ± 10.0 % (one pair)");
        assertThat(Comparison.of(new double[] {105}, new double[] {100}, floor).words())
                .isEqualTo("1.05 ×, not distinguishable; noise ± 10.0 % (one pair)");
        assertThat(Comparison.of(new double[] {80}, new double[] {100}, floor).verdict())
                .isEqualTo(Comparison.Verdict.BETTER);
        assertThat(Comparison.of(new double[] {120}, new double[] {100}, floor).verdict())
                .isEqualTo(Comparison.Verdict.WORSE);
    }

    @Test
    void shouldNotCallEquivalentWhatReachesOutOfTheBand() {
        double[] values = {98, 100, 109, 101, 99};
        double[] baseline = {100, 101, 99, 100, 100.5};
        assertThat(Comparison.of(values, baseline, new NoiseFloor(1.05, 5)).verdict())
                .isEqualTo(Comparison.Verdict.NOT_DISTINGUISHABLE);
    }

    @Test
    void shouldGiveTheSameIntervalEachTime() {
        double[] values = {1, 2, 3, 4, 100};
        assertThat(Bootstrap.median(values)).isEqualTo(Bootstrap.median(values));
        assertThat(Bootstrap.median(values).estimate()).isEqualTo(3);
        assertThatThrownBy(() -> Bootstrap.median(new double[] {1, Double.NaN}))
                .hasMessage("values: [1.0, NaN] (expected: finite, at least one)");
    }

    /** Medians of processes whose values spread by some 3 %. */
    private static double[] processes(SeedStream stream, double centre, int count) {
        return processes(stream, centre, count, 0.03);
    }

    private static double[] processes(
            SeedStream stream, double centre, int count, double deviation) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = centre * (1 + deviation * stream.nextGaussian());
        }
        return values;
    }
}
