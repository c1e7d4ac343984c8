package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.replbuf.harness.measure.CsvTable;
import io.replbuf.harness.measure.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForecastFiguresTest {
    @TempDir Path dir;
    private final StringBuilder rows =
            new StringBuilder("t_ms,replica,lag_bytes,sent_offset,in_log,loss_ms\n");

    @Test
    void shouldFindTheForecastsBeforeADemotionAndBeforeACut() throws IOException {
        for (int t = 0; t <= 9_000; t += 200) {
            boolean inLog = t >= 4_000;
            int end = inLog ? 8_000 : 4_000;
            // Always 10 % too much.
            row(t, 0, inLog, t >= 8_000 ? -1 : (end - t) * 11 / 10);
            row(t, 1, false, -1);
        }
        List<ForecastFigures.Track> tracks = tracks(cut(0, 8_050));
        assertThat(tracks).hasSize(2);
        assertThat(tracks.get(0).event()).isEqualTo("demoted");
        assertThat(tracks.get(0).eventSeconds()).isEqualTo(4);
        assertThat(tracks.get(1).event()).isEqualTo("cut off");
        assertThat(tracks.get(1).eventSeconds()).isEqualTo(8);
        for (ForecastFigures.Track track : tracks) {
            assertThat(track.replica()).isZero();
            assertThat(track.medianError()).isCloseTo(0.1, within(0.001));
        }
    }

    @Test
    void shouldDrawOneReplicaOfManyForEachEvent() throws IOException {
        for (int t = 0; t <= 9_000; t += 200) {
            for (int replica = 0; replica < 3; replica++) {
                boolean known = t >= 1_000 * replica && t < 4_000 + 1_000 * replica;
                row(t, replica, false, known || replica == 1 && t < 5_000 ? 3_000 : -1);
            }
        }
        List<ForecastFigures.Track> tracks = tracks(cut(0, 4_000), cut(1, 5_000), cut(2, 6_000));
        assertThat(tracks).hasSize(3);
        assertThat(ForecastFigures.longest(tracks)).hasSize(1).contains(tracks.get(1));
    }

    @Test
    void shouldNotTakeAForecastThatWasWithdrawnForALoss() throws IOException {
        for (int t = 0; t <= 9_000; t += 200) {
            row(t, 0, false, t < 4_000 ? 5_000 : -1);
        }
        assertThat(tracks(cut(0, 8_000))).isEmpty();
        assertThat(tracks(cut(1, 4_000))).isEmpty();
    }

    private void row(int millis, int replica, boolean inLog, int loss) {
        rows.append(millis).append(',').append(replica).append(",0,1,").append(inLog ? 1 : 0);
        rows.append(',').append(loss).append('\n');
    }

    private List<ForecastFigures.Track> tracks(Resync... resyncs) throws IOException {
        Path file = dir.resolve("lag.csv");
        Files.writeString(file, rows);
        return ForecastFigures.tracks(
                new Columns(file, CsvTable.read(file, RunFiles.LAG_COLUMNS)), List.of(resyncs));
    }

    private static Resync cut(int replica, double atMillis) {
        return new Resync(
                atMillis + 300, replica, Resync.Kind.FULL, "limit", true, 300, 1, 0, 0, 0, 10, 1);
    }
}
