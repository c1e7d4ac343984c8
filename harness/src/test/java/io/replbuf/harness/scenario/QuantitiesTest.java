package io.replbuf.harness.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "250ms,250000000",
        "30s,30000000000",
        "2h,7200000000000",
        "1.5ms,1500000",
        "10us,10000",
        "0,0",
        "5m,300000000000"
    })
    void shouldReadTimes(String text, long nanos) {
        assertThat(Quantities.duration("for", text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @CsvSource({
        "64KiB,65536",
        "64kB,64000",
        "1MB,1000000",
        "1MiB,1048576",
        "512,512",
        "512B,512",
        "1.5KiB,1536"
    })
    void shouldTellPowersOfTwoFromPowersOfTen(String text, long bytes) {
        assertThat(Quantities.bytes("valueSize", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"80Mbit/s,10000000", "10MiB/s,10485760", "10MB/s,10000000", "8bit/s,1"})
    void shouldReadRatesInBitsAndBytes(String text, long bytesPerSecond) {
        assertThat(Quantities.bytesPerSecond("rate", text)).isEqualTo(bytesPerSecond);
    }

    @ParameterizedTest
    @CsvSource({
        "-1s",
        "1",
        "1 parsec",
        "s",
        "''",
        "1e9s",
        "9999999999999999999s",
        "999999999999999999h",
        "0x10s"
    })
    void shouldRefuseWhatIsNoTime(String text) {
        assertThatThrownBy(() -> Quantities.duration("at", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("at: " + text + " (expected: ");
    }

    @Test
    void shouldDrawWithTheMeansOfTheDistributions() {
        assertThat(mean(new Draw(Draw.Kind.UNIFORM, 1e9, 3e9, Draw.LONGEST.toNanos())))
                .isBetween(1.98, 2.02);
        assertThat(mean(new Draw(Draw.Kind.EXPONENTIAL, 2e9, 0, Draw.LONGEST.toNanos())))
                .isBetween(1.95, 2.05);
        double lognormal = Math.exp(0.5 * 0.5 / 2);
        assertThat(mean(new Draw(Draw.Kind.LOGNORMAL, 1e9, 0.5, Draw.LONGEST.toNanos())))
                .isBetween(lognormal * 0.98, lognormal * 1.02);
        assertThat(mean(new Draw(Draw.Kind.WEIBULL, 1e9, 1, Draw.LONGEST.toNanos())))
                .isBetween(0.97, 1.03);
        assertThat(mean(new Draw(Draw.Kind.PARETO, 1e9, 3, Draw.LONGEST.toNanos())))
                .isBetween(1.46, 1.54);
        assertThat(mean(new Draw(Draw.Kind.EXPONENTIAL, 2e9, 0, 1_000_000_000L))).isLessThan(1);
    }

    private static double mean(Draw draw) {
        SeedStream stream = SeedStream.named(7, draw.kind().name());
        double sum = 0;
        for (int i = 0; i < 100_000; i++) {
            sum += draw.next(stream).toNanos() / 1e9;
        }
        return sum / 100_000;
    }
}
