package io.replbuf.harness.cli;

import io.replbuf.harness.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replbuf report}: redraws charts and page from a run's files. */
@Command(
        name = "report",
        description = "Rebuilds charts and report.html from the files of a run; runs nothing.",
        mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
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
        PrintWriter console = spec.commandLine().getOut();
        Report.Result report = Report.write(folder);
        report.warnings().forEach(warning -> console.println("report: " + warning));
        console.println("Report: " + report.page().toAbsolutePath().normalize());
        return ExitCode.OK;
    }
}
