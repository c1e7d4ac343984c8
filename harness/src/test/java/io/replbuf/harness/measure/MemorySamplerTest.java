package io.replbuf.harness.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine of which the test says what it holds, what malloc keeps, and what no counter knows. */
class MemorySamplerTest {
    private static final long MB = 1 << 20;
    private static final long JVM = 150;

    @TempDir Path folder;

    private final Map<String, Long> values = new HashMap<>();
    private long extents = 64;
    private long pieces;
    private long keptByMalloc;
    private long leaked;
    private boolean trimmed;
    private MemorySampler sampler;

    @BeforeEach
    void openSampler() throws IOException {
        sampler = sampler(true);
        sampler.begin();
    }

    @AfterEach
    void closeSampler() throws IOException {
        sampler.close();
    }

    private MemorySampler sampler(boolean accountable) throws IOException {
        publish();
        return new MemorySampler(
                folder.resolve(accountable + ".csv"),
                new FixedCounters(values),
                () -> (JVM + extents + pieces + keptByMalloc + leaked) * MB,
                accountable);
    }

    private void publish() {
        values.put("extents_mapped", (extents + pieces) * MB);
        values.put("pieces_live", pieces * MB);
    }

    private void sample(long millis) throws IOException {
        publish();
        sampler.sample(millis);
    }

    private String trim() {
        trimmed = true;
        keptByMalloc = 0;
        return null;
    }

    private void allocate(long megabytes) {
        pieces += megabytes;
    }

    private void free(long megabytes) {
        pieces -= megabytes;
        keptByMalloc += megabytes;
    }

    private boolean suspect() {
        return sampler.remainderPeakBytes() > sampler.remainderBoundBytes();
    }

    @Test
    void shouldFindATenthMoreMemoryThanAnyCounterClaims() throws Exception {
        for (int i = 0; i < 20; i++) {
            extents += 100;
            leaked = extents / 10;
            sample(i * 50);
        }
        sampler.proveKept(this::trim);

        assertThat(trimmed).isFalse();
        assertThat(sampler.kept()).isNull();
        assertThat(sampler.remainderPeakBytes()).isEqualTo(206 * MB);
        assertThat(suspect()).isTrue();
    }

    @Test
    void shouldConfirmWhatATrimGivesBack() throws Exception {
        allocate(1_700);
        sample(0);
        free(1_600);
        sample(50);
        sample(1_500);
        sampler.end();
        sampler.proveKept(this::trim);

        assertThat(sampler.kept())
                .isEqualTo(
                        new CellResult.Kept(
                                1_600 * MB,
                                50,
                                -1,
                                new CellResult.Trim(1_600 * MB, 0, 1_600 * MB, true, null)));
        assertThat(sampler.remainderPeakBytes()).isZero();
        assertThat(suspect()).isFalse();
    }

    @Test
    void shouldConfirmWhatWentBackByItself() throws Exception {
        allocate(1_700);
        sample(0);
        free(800);
        sample(50);
        free(800);
        sample(100);
        keptByMalloc = 900;
        sample(1_500);
        keptByMalloc = 10;
        sample(1_550);
        sampler.end();
        sampler.proveKept(this::trim);

        assertThat(trimmed).isTrue();
        assertThat(sampler.kept().peakBytes()).isEqualTo(1_600 * MB);
        assertThat(sampler.kept().peakMillis()).isEqualTo(100);
        assertThat(sampler.kept().heldMillis()).isEqualTo(1_500);
        assertThat(sampler.kept().trim().confirmed()).isTrue();
        assertThat(suspect()).isFalse();
    }

    @Test
    void shouldFindMemoryThatHidesInTheBandOfFreedPieces() throws Exception {
        allocate(1_700);
        leaked = 170;
        sample(0);
        free(1_600);
        sample(50);
        sampler.end();
        sampler.proveKept(this::trim);

        CellResult.Trim trim = sampler.kept().trim();
        assertThat(trim.confirmed()).isFalse();
        assertThat(trim.freedBytes()).isEqualTo(1_600 * MB);
        assertThat(trim.afterBytes()).isEqualTo(170 * MB);
        assertThat(sampler.remainderPeakBytes()).isEqualTo(1_770 * MB);
        assertThat(suspect()).isTrue();
    }

    @Test
    void shouldCountABandAsUnexplainedThatCouldNotBeTrimmed() throws Exception {
        allocate(400);
        sample(0);
        free(400);
        sample(50);
        sampler.end();
        sampler.proveKept(() -> "jcmd: Unknown diagnostic command");

        assertThat(sampler.kept().trim().error()).isEqualTo("jcmd: Unknown diagnostic command");
        assertThat(sampler.remainderPeakBytes()).isEqualTo(400 * MB);
        assertThat(suspect()).isTrue();
    }

    @Test
    void shouldTakeSmallBandsForUnexplainedAndLeaveTheEngineAlone() throws Exception {
        allocate(15);
        sample(0);
        free(15);
        sample(50);
        sampler.end();
        sampler.proveKept(this::trim);

        assertThat(trimmed).isFalse();
        assertThat(sampler.kept().trim()).isNull();
        assertThat(sampler.remainderPeakBytes()).isEqualTo(15 * MB);
        assertThat(suspect()).isFalse();
    }

    @Test
    void shouldWritePartsThatSumUpToResidentMemory() throws Exception {
        allocate(300);
        sample(0);
        free(200);
        leaked = 20;
        sample(50);
        sampler.close();

        CsvTable table = CsvTable.read(folder.resolve("true.csv"), RunFiles.MEMORY_COLUMNS);
        assertThat(table.columns()).containsAll(MemoryParts.COLUMNS).contains("pieces_live");
        for (int row = 0; row < table.size(); row++) {
            long sum = 0;
            for (String part : MemoryParts.COLUMNS) {
                sum += table.number(row, table.columns().indexOf(part));
            }
            assertThat(sum).isEqualTo(table.number(row, 1));
        }
        assertThat(table.number(1, table.columns().indexOf("pieces_live"))).isEqualTo(100 * MB);
    }

    @Test
    void shouldKnowNoPartsOfAServerThatIsNotOurs() throws Exception {
        try (MemorySampler other = sampler(false)) {
            other.begin();
            other.sample(0);
            other.proveKept(this::trim);
            assertThat(other.remainderPeakBytes()).isZero();
            assertThat(other.rssPeakBytes()).isEqualTo(214 * MB);
        }
        assertThat(trimmed).isFalse();
        assertThat(CsvTable.read(folder.resolve("false.csv"), RunFiles.MEMORY_COLUMNS).columns())
                .isEqualTo(List.of("t_ms", "rss", "extents_mapped", "pieces_live"));
    }
}
