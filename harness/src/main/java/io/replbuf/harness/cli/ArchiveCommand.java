package io.replbuf.harness.cli;

import io.replbuf.harness.measure.Archive;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunResult;
import io.replbuf.harness.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replbuf archive}: makes a finished run small, with a report that shows the same numbers. */
@Command(
        name = "archive",
        description = {
            "Makes a finished run small: compresses raw files, drops engine logs, and keeps of the repetitions beyond the first"
                    + " a summary and the SHA-256 of each series.",
            "The report is made again and shows the same numbers; its charts over time are those of the first repetition."
        },
        mixinStandardHelpOptions = true)
final class ArchiveCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "a results folder, the one with run.json in it")
    private Path folder;

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(folder.resolve("run.json"))) {
            throw new UsageException(
                    folder + ": no run.json (expected: a results folder of 'replbuf run')");
        }
        Folders.create("DIR", folder);
        RunFiles files = new RunFiles(folder);
        RunResult.Status status = files.readRun().status();
        if (status != RunResult.Status.FINISHED) {
            throw new UsageException(
                    folder
                            + ": the run is "
                            + status.name().toLowerCase(Locale.ROOT)
                            + " (expected: finished; go on with 'replbuf run --resume "
                            + folder
                            + "')");
        }
        PrintWriter console = spec.commandLine().getOut();
        Archive.Result archive = new Archive(files, Report.figures(folder)).write();
        Report.Result report = Report.write(folder);
        report.warnings().forEach(warning -> console.println("report: " + warning));
        archive.damaged()
                .forEach(
                        cell ->
                                console.println(
                                        "archive: "
                                                + cell
                                                + ": damaged files (expected: whole ones), so all of them were kept"));
        console.printf(
                Locale.ROOT,
                "Archive: %d cells with all raw files, %d as summaries; cells %.1f MB before, %.1f MB after%n",
                archive.whole(),
                archive.summaries(),
                archive.bytesBefore() / 1e6,
                archive.bytesAfter() / 1e6);
        console.println("Report: " + report.page().toAbsolutePath().normalize());
        return ExitCode.OK;
    }
}
