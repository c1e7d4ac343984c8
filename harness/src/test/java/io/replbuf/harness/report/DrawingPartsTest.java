package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawingPartsTest {
    @Test
    void shouldKeepTheExtremesOfALongSeries() {
        long seed = 7;
        Random random = new Random(seed);
        double[] y = random.doubles(10_000).toArray();
        y[1_234] = 5;
        y[8_765] = -5;

        int[] kept = MinMax.keep(y, 100);

        assertThat(kept)
                .as("seed %s", seed)
                .hasSizeLessThanOrEqualTo(100)
                .contains(0, 1_234, 8_765, 9_999)
                .isSorted();
        assertThat(MinMax.keep(new double[7], 100)).hasSize(7);
    }

    @Test
    void shouldPrintNumbersWithUnitsAndSeparators() {
        assertThat(Units.bytes(0)).isEqualTo("0 B");
        assertThat(Units.bytes(101_082_727)).isEqualTo("96.4 MiB");
        assertThat(Units.bytes(1_782_000_000)).isEqualTo("1.66 GiB");
        assertThat(Units.bytes(-3 << 20)).isEqualTo("−3.00 MiB");
        assertThat(Units.count(1_234_567)).isEqualTo("1,234,567");
        assertThat(Units.micros(1_400)).isEqualTo("1.40 ms");
        assertThat(Units.millis(90_000)).isEqualTo("1.50 min");
        assertThat(Units.percentTick(99.9)).isEqualTo("99.9 %");
        assertThat(Units.percentTick(0)).isEqualTo("0 %");
        assertThat(Units.microsTick(1_000)).isEqualTo("1 ms");
        assertThat(Units.amount(6)).isEqualTo("6");
        assertThat(Units.amount(6.5)).isEqualTo("6.5");
        assertThat(Units.bytes(Double.NaN)).isEqualTo(Units.NONE);
    }

    @Test
    void shouldShortenAPathWithoutMovingIt() {
        String path =
                "M10.123456,20.5 L12.123456,20.5 L12.123456,30.25 Q1,2 3.005,4 C1,1 2,2 3,3 Z";

        assertThat(PathData.shorten(path))
                .isEqualTo("M10.12 20.5h2v9.75q-11.12-28.25-9.11-26.25c-2.01-3-1.01-2-.01-1z");
        assertThat(PathData.shorten("M1,1 A5,5")).isEqualTo("M1,1 A5,5");
    }

    @Test
    void shouldNotLetRoundingErrorsAddUp() {
        StringBuilder path = new StringBuilder("M0,0");
        for (int i = 1; i <= 1_000; i++) {
            path.append(" L").append(i * 0.3333).append(',').append(i * 0.0049);
        }
        double x = 0;
        for (String step : PathData.shorten(path.toString()).substring(1).split("(?=[lhv])")) {
            String[] numbers = step.replaceAll("^[lhv]", "").split("(?<=\\d)(?=-)| ");
            x += step.startsWith("l") || step.startsWith("h") ? Double.parseDouble(numbers[0]) : 0;
        }
        assertThat(x).isCloseTo(333.3, within(0.01));
    }

    @Test
    void shouldDensifyALineOnItsOwnTrack() {
        Polyline line =
                Polyline.of(
                        new double[] {0, 10, 10},
                        new double[] {0, 5, 9},
                        Axis.linear("x"),
                        Axis.linear("y"));

        assertThat(line.x()).hasSizeGreaterThan(100);
        for (int i = 0; i < line.x().length - 1; i++) {
            assertThat(line.y()[i]).isCloseTo(line.x()[i] / 2, within(1e-9));
        }
        assertThat(line.y()[line.y().length - 1]).isEqualTo(9);
    }

    @Test
    void shouldGiveAnArmTheColourOfItsStrategyAndALineOfItsOwn() {
        assertThat(Look.of("shared-again").color()).isEqualTo(Look.of("shared").color());
        assertThat(Look.of("shared-again")).isNotEqualTo(Look.of("shared"));
        assertThat(Look.of("somebody-elses")).isNotNull();
        assertThat(
                        Arrays.asList("redis-7.0", "aof-psync", "legacy", "shared").stream()
                                .sorted(Look.order()))
                .containsExactly("legacy", "shared", "aof-psync", "redis-7.0");
    }

    @Test
    void shouldNameTheLineWhereALatencyLogIsDamaged(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("latency.hlog");
        Files.writeString(file, "#[StartTime: 1.0 (seconds)]\nTag=a,0.0,1.0,5.0,notbase64!\n");
        assertThatThrownBy(() -> LatencyLog.read(file))
                .hasMessageContaining("latency.hlog line 2: ")
                .hasMessageContaining("(expected: ");
        Files.writeString(file, "#[StartTime: 1.0 (seconds)]\nTag=a,0.0,1.0");
        assertThatThrownBy(() -> LatencyLog.read(file))
                .hasMessageContaining("latency.hlog line 2: cut off");
    }

    @Test
    void shouldEscapeWhatComesFromFiles() {
        assertThat(new Html().paragraph("<b> & \"x\"").toString())
                .isEqualTo("<p>&lt;b&gt; &amp; &quot;x&quot;</p>\n");
    }
}
