package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.harness.measure.RunFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir Path folder;

    @Test
    void shouldWriteOneSelfContainedPageAndTheChartsBesideIt() throws IOException {
        Report.Result result = Report.write(SyntheticRun.quick(folder));

        assertThat(result.warnings()).isEmpty();
        String page = Files.readString(result.page());
        assertThat(page)
                .contains("stall-together", "disconnect-sweep", "slow-reader", "drop-laggard");
        assertThat(page).contains("quick look, one repetition", "Threats to validity", "java -jar");
        assertThat(page)
                .doesNotContain("src=\"http", "href=\"http", "@import", "url(http", "<script src");
        assertThat(result.charts()).allSatisfy(chart -> assertThat(chart).isNotEmptyFile());
        assertThat(result.charts()).anyMatch(chart -> chart.toString().endsWith(".svg"));
        BufferedImage image = ImageIO.read(folder.resolve("charts/resyncs.png").toFile());
        int[] pixels =
                image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        assertThat(Arrays.stream(pixels).distinct().count()).isGreaterThan(20);
    }

    @Test
    void shouldMakeTheSameBytesFromTheSameFilesWhereverTheyLie() throws IOException {
        Report.Result first = Report.write(SyntheticRun.small(folder.resolve("one")));
        Report.Result second = Report.write(SyntheticRun.small(folder.resolve("elsewhere/two")));

        assertThat(second.page()).hasSameBinaryContentAs(first.page());
        assertThat(second.charts()).hasSameSizeAs(first.charts());
        for (Path chart : first.charts()) {
            assertThat(folder.resolve("elsewhere/two/charts").resolve(chart.getFileName()))
                    .hasSameBinaryContentAs(chart);
        }
    }

    @Test
    void shouldShowADamagedCellAndGoOn() throws IOException {
        SyntheticRun.small(folder);
        RunFiles files = new RunFiles(folder);
        String cut = "stall-together-n16-legacy-r1";
        cutInHalf(files.cellFile(cut));
        cutInHalf(files.memoryFile("stall-together-n16-shared-r1"));
        Files.delete(files.lagFile("drop-laggard-n3-shared-r1"));
        cutInHalf(files.latencyFile("drop-laggard-n3-legacy-r1"));

        Report.Result result = Report.write(folder);

        assertThat(result.warnings())
                .hasSize(4)
                .anySatisfy(
                        w ->
                                assertThat(w)
                                        .contains(cut + "/cell.json line ")
                                        .contains("(expected: "))
                .anySatisfy(
                        w ->
                                assertThat(w)
                                        .contains("shared-r1/memory.csv line ")
                                        .contains("(expected: "))
                .anySatisfy(
                        w ->
                                assertThat(w)
                                        .contains(
                                                "drop-laggard-n3-shared-r1/lag.csv: no such file"))
                .anySatisfy(
                        w -> assertThat(w).contains("latency.hlog line ").contains("(expected: "));
        String page = Files.readString(result.page());
        assertThat(page).contains(cut).contains("damaged").contains("drop-laggard");
        assertThat(page).doesNotContain(folder.toString());
    }

    @Test
    void shouldSayWhatIsMissingWhenNothingButTheVerdictsIsLeft() throws IOException {
        SyntheticRun.small(folder);
        RunFiles files = new RunFiles(folder);
        for (String cell : files.readRun().cells()) {
            Files.delete(files.memoryFile(cell));
            Files.delete(files.lagFile(cell));
            Files.delete(files.resyncsFile(cell));
            Files.delete(files.latencyFile(cell));
        }
        Files.delete(files.environmentFile());

        Report.Result result = Report.write(folder);

        assertThat(result.warnings()).hasSize(6 * 4 + 1);
        assertThat(Files.readString(result.page())).contains("The environment was not recorded");
    }

    @Test
    void shouldNameTheFileWhenThereIsNoRun() {
        assertThatThrownBy(() -> Report.write(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("run.json: no such file (expected: ");
    }

    @Test
    void shouldPutRealServersBesideOursAndGiveIntervals() throws IOException {
        Report.Result result = Report.write(SyntheticRun.full(folder));

        assertThat(result.warnings()).isEmpty();
        assertThat(result.charts())
                .extracting(chart -> chart.getFileName().toString())
                .contains("stall-together-peers-memory.svg", "disconnect-sweep-peers-resyncs.svg");
        assertThat(Files.readString(result.page()))
                .contains("Ours beside the real servers")
                .contains("What the repetitions allow to be said");
    }

    @Test
    void shouldKeepTablesWhenThereIsNoFont() throws IOException {
        Run run = Run.read(new RunFiles(SyntheticRun.small(folder)));

        String page = new Page(run, new FigureFiles(folder.resolve("charts"), null)).write();

        assertThat(page).contains("stalled replicas").doesNotContain("<svg");
        assertThat(folder.resolve("charts")).doesNotExist();
    }

    private static void cutInHalf(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int middle = bytes.length / 2;
        // Inside a line: a cut at a line's end would leave a shorter but whole file.
        while (bytes[middle - 1] == '\n' || bytes[middle] == '\n') {
            middle++;
        }
        Files.write(file, Arrays.copyOf(bytes, middle));
    }
}
