package io.replbuf.harness.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemainderTest {
    private static final long MB = 1 << 20;

    private final Map<String, Long> values = new HashMap<>();
    private final Remainder remainder = new Remainder(new FixedCounters(values));

    private void engine(long extents, long heapUsed, long direct) {
        values.put("extents_mapped", extents * MB);
        values.put("heap_used", heapUsed * MB);
        values.put("heap_committed", 256 * MB);
        values.put("direct_used", direct * MB);
        values.put("netty_direct", 8 * MB);
        values.put("nonheap_used", 20 * MB);
    }

    @Test
    void shouldExplainExtentsWhetherTheyCountAsDirectMemoryOrNot() {
        engine(64, 20, 72);
        remainder.calibrate((64 + 8 + 20 + 20 + 50) * MB);
        assertThat(unexplained(162 * MB)).isZero();
        engine(64, 20, 8);
        assertThat(unexplained(162 * MB)).isZero();
        engine(1064, 20, 1072);
        assertThat(unexplained(1162 * MB)).isZero();
    }

    @Test
    void shouldCountTheHeapAsFarAsItWasEverUsed() {
        engine(64, 20, 72);
        remainder.calibrate(162 * MB);
        engine(64, 100, 72);
        assertThat(unexplained(242 * MB)).isZero();
        // After a collection less is used, but the pages stay.
        engine(64, 10, 72);
        assertThat(unexplained(242 * MB)).isZero();
    }

    @Test
    void shouldShowWhatNoPartAnswersFor() {
        engine(64, 20, 72);
        remainder.calibrate(162 * MB);
        assertThat(unexplained(362 * MB))
                .isEqualTo(200 * MB)
                .isGreaterThan(Remainder.boundBytes(362 * MB));
    }

    @Test
    void shouldCallKeptWhatWasFreedAndIsStillResident() {
        engine(64, 20, 72);
        remainder.calibrate(162 * MB);
        pieces(1_000);
        assertThat(remainder.parts(1_162 * MB).pieces()).isEqualTo(1_000 * MB);
        assertThat(remainder.parts(1_162 * MB).extents()).isEqualTo(64 * MB);
        pieces(100);
        MemoryParts parts = remainder.parts(1_162 * MB);
        assertThat(parts.kept()).isEqualTo(900 * MB);
        assertThat(parts.unexplained()).isZero();
        // The system has some of it back.
        assertThat(remainder.parts(500 * MB).kept()).isEqualTo(238 * MB);
    }

    @Test
    void shouldCallNoMoreKeptThanWasFreed() {
        engine(64, 20, 72);
        remainder.calibrate(162 * MB);
        pieces(300);
        pieces(250);
        MemoryParts parts = remainder.parts((162 + 250 + 120) * MB);
        assertThat(parts.kept()).isEqualTo(50 * MB);
        assertThat(parts.unexplained()).isEqualTo(70 * MB);
        // Nor less than nothing, where a part claims pages that are not resident yet.
        pieces(200);
        parts = remainder.parts((162 + 190) * MB);
        assertThat(parts.kept()).isZero();
        assertThat(parts.unexplained()).isEqualTo(-10 * MB);
    }

    @Test
    void shouldCallNothingKeptWhereNoPieceWasEverTaken() {
        engine(64, 20, 72);
        remainder.calibrate(162 * MB);
        engine(2_000, 20, 2_008);
        remainder.parts((2_000 + 98) * MB);
        engine(64, 20, 72);
        assertThat(remainder.parts(1_000 * MB).kept()).isZero();
        assertThat(remainder.parts(1_000 * MB).unexplained()).isEqualTo(838 * MB);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100, 162, 400, 5_000})
    void shouldSumUpToResidentMemory(long rssMb) {
        engine(64, 20, 72);
        remainder.calibrate(162 * MB);
        pieces(300);
        remainder.parts(400 * MB);
        pieces(40);
        Object[] row = new Object[MemoryParts.COLUMNS.size()];
        remainder.parts(rssMb * MB).into(row, 0);
        assertThat(Arrays.stream(row).mapToLong(part -> (long) part).sum()).isEqualTo(rssMb * MB);
    }

    /** As on JDK 17: pieces are direct buffers, and count as mapped. */
    private void pieces(long megabytes) {
        engine(64 + megabytes, 20, 72 + megabytes);
        values.put("pieces_live", megabytes * MB);
        remainder.parts((162 + megabytes) * MB);
    }

    private long unexplained(long rssBytes) {
        MemoryParts parts = remainder.parts(rssBytes);
        assertThat(parts.kept()).isZero();
        return parts.unexplained();
    }
}
