package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.measure.Archive;
import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.CellSummary;
import io.replbuf.harness.measure.RawFile;
import io.replbuf.harness.measure.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archived run says what it said before, to the digit. */
class ArchivedRunTest {
    private static final String SECOND = "drop-laggard-n3-legacy-r2";

    @TempDir Path folder;

    @Test
    void shouldShowTheSameTablesAndSentencesAsBefore() throws IOException {
        SyntheticRun.repeated(folder);
        String before = words();

        Archive.Result archive = archive();

        assertThat(archive.whole()).isEqualTo(24);
        assertThat(archive.summaries()).isEqualTo(48);
        assertThat(archive.bytesAfter()).isLessThan(archive.bytesBefore() / 2);
        assertThat(words()).isEqualTo(before);
        assertThat(page())
                .contains("This run is archived. Of 48 repetitions")
                .doesNotContain("damaged");
        assertThat(run().groups())
                .allSatisfy(
                        group -> {
                            assertThat(group.largest().drawn()).isEqualTo("first repetition");
                            assertThat(group.largest().arms())
                                    .allSatisfy(
                                            arm ->
                                                    assertThat(arm.drawn().result.repetition())
                                                            .isEqualTo(1));
                        });
    }

    @Test
    void shouldShowTheSameBesideRealServersAndAnArmThatRanTwice() throws IOException {
        SyntheticRun.full(folder);
        String before = words();
        archive();
        assertThat(words()).isEqualTo(before);
    }

    @Test
    void shouldChangeNothingWhenItIsArchivedAgain() throws IOException {
        SyntheticRun.smallTwice(folder);
        archive();
        Map<Path, String> once = contents();

        Archive.Result again = archive();

        assertThat(contents()).isEqualTo(once);
        assertThat(again.bytesAfter()).isEqualTo(again.bytesBefore());
        assertThat(again.summaries()).isEqualTo(6);
    }

    @Test
    void shouldMakeTheSameBytesFromTheSameRun() throws IOException {
        SyntheticRun.small(folder);
        archive();
        Map<Path, String> first = contents();
        try (Stream<Path> files = Files.walk(folder.resolve("cells"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        SyntheticRun.small(folder);
        archive();
        assertThat(contents()).isEqualTo(first);
    }

    @Test
    void shouldKeepTheSizeAndHashOfEachFileItDrops() throws Exception {
        SyntheticRun.smallTwice(folder);
        RunFiles files = new RunFiles(folder);
        byte[] memory = Files.readAllBytes(files.memoryFile(SECOND));
        Files.writeString(files.engineLogFile(SECOND), "ready\n");

        archive();

        CellSummary summary = files.readSummary(SECOND);
        String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(memory));
        assertThat(summary.files())
                .contains(new CellSummary.Dropped("memory.csv", memory.length, hash))
                .extracting(CellSummary.Dropped::name)
                .containsExactly("lag.csv", "latency.hlog", "memory.csv");
        try (Stream<Path> left = Files.list(files.cellFolder(SECOND))) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "cell.json", "summary.json", "events.csv.gz", "resyncs.csv.gz");
        }
    }

    @Test
    void shouldGoOnWhereItWasCutOff() throws IOException {
        SyntheticRun.smallTwice(folder);
        String before = words();
        RunFiles files = new RunFiles(folder);
        byte[] lag = Files.readAllBytes(files.lagFile(SECOND));
        archive();
        Files.write(files.lagFile(SECOND), lag);

        assertThat(words()).isEqualTo(before);
        archive();

        assertThat(RawFile.exists(files.lagFile(SECOND))).isFalse();
        assertThat(files.readSummary(SECOND).files()).hasSize(3);
        assertThat(words()).isEqualTo(before);
    }

    @Test
    void shouldKeepAllFilesOfADamagedCell() throws IOException {
        SyntheticRun.smallTwice(folder);
        RunFiles files = new RunFiles(folder);
        byte[] memory = Files.readAllBytes(files.memoryFile(SECOND));
        Files.write(files.memoryFile(SECOND), Arrays.copyOf(memory, memory.length - 7));

        assertThat(archive().damaged()).containsExactly(SECOND);

        assertThat(RawFile.exists(files.lagFile(SECOND))).isTrue();
        assertThat(files.summaryFile(SECOND)).doesNotExist();
        assertThat(run().damage()).singleElement().asString().contains(SECOND + "/memory.csv");
    }

    @Test
    void shouldKeepTheSeriesOfTheFirstRepetitionThatDidNotFail() throws IOException {
        SyntheticRun.smallTwice(folder);
        RunFiles files = new RunFiles(folder);
        String first = SECOND.replace("r2", "r1");
        fail(files, first);

        archive();

        assertThat(RawFile.exists(files.lagFile(first))).isFalse();
        assertThat(RawFile.exists(files.lagFile(SECOND))).isTrue();
    }

    @Test
    void shouldNameACompressedFileThatIsCutOff() throws IOException {
        SyntheticRun.small(folder);
        archive();
        Path packed = RawFile.stored(new RunFiles(folder).latencyFile("drop-laggard-n3-legacy-r1"));
        byte[] bytes = Files.readAllBytes(packed);
        Files.write(packed, Arrays.copyOf(bytes, bytes.length / 2));
        assertThat(run().damage())
                .singleElement()
                .asString()
                .contains("latency.hlog.gz line 1: compressed data: ", "(expected: a whole gzip");
    }

    private Archive.Result archive() throws IOException {
        return new Archive(new RunFiles(folder), Report.figures(folder)).write();
    }

    /** Tables and sentences, without what the page says of being archived. */
    private String words() throws IOException {
        return page().replaceAll("<p class=\"small\">This run is archived\\..*?</p>\n?", "")
                .replaceAll("(?s)<details class=\"raw\">.*?</details>\n?", "");
    }

    /** Not drawn, since that is most of the time that a report takes. */
    private String page() throws IOException {
        return new Page(run(), new FigureFiles(folder, null)).write();
    }

    private Run run() throws IOException {
        return Run.read(new RunFiles(folder));
    }

    private Map<Path, String> contents() throws IOException {
        try (Stream<Path> walk = Files.walk(folder.resolve("cells"))) {
            List<Path> files = walk.filter(Files::isRegularFile).toList();
            Map<Path, String> bytes = new TreeMap<>();
            for (Path file : files) {
                bytes.put(file, HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
            return bytes;
        }
    }

    private static void fail(RunFiles files, String cell) throws IOException {
        Path file = files.cellFile(cell);
        String text = Files.readString(file);
        String failed = text.replaceFirst("\"status\" : \"ok\"", "\"status\" : \"failed\"");
        assertThat(failed).isNotEqualTo(text);
        Files.writeString(file, failed);
        assertThat(files.readCell(cell).verdict().status()).isEqualTo(CellResult.Status.FAILED);
    }
}
