package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveCommandTest {
    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldRefuseARunThatIsNotFinished() throws IOException {
        write(RunResult.Status.INTERRUPTED);
        assertThat(archive()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains(folder + ": the run is interrupted (expected: finished; ")
                .contains("replbuf run --resume " + folder);
    }

    @Test
    void shouldRefuseAFolderThatIsNoRun() {
        assertThat(archive()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("no run.json (expected: a results folder");
    }

    @Test
    void shouldSayWhatItDidAndWhereTheReportIs() throws IOException {
        write(RunResult.Status.FINISHED);
        assertThat(archive()).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("Archive: 0 cells with all raw files, 0 as summaries; cells 0.0 MB")
                .contains("Report: " + folder.resolve("report.html"));
    }

    private void write(RunResult.Status status) throws IOException {
        new RunFiles(folder)
                .writeRun(
                        new RunResult(
                                RunFiles.SCHEMA_VERSION,
                                "steady",
                                "2026-01-02T03:04:05Z",
                                "2026-01-02T03:08:05Z",
                                "",
                                42,
                                "replbuf run steady",
                                null,
                                List.of(),
                                status));
    }

    private int archive() {
        return Replbuf.run(
                new String[] {"archive", folder.toString()},
                new PrintWriter(out, true),
                new PrintWriter(err, true));
    }
}
