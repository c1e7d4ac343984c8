package io.replbuf.harness.cli;

import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunRequest;
import io.replbuf.harness.report.Report;
import io.replbuf.harness.run.CellRunner;
import io.replbuf.harness.run.InstrumentCheck;
import io.replbuf.harness.run.RedisPrograms;
import io.replbuf.harness.run.WakefulCores;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.ScenarioLibrary;
import io.replbuf.harness.scenario.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code replbuf run}: plans, runs, reports. */
@Command(
        name = "run",
        description = "Runs scenarios and writes a report; without any, the default suite.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @Spec private CommandSpec spec;

    @ParentCommand private Replbuf launcher;

    @Parameters(
            paramLabel = "FILE|NAME",
            description = "scenario files, or names from 'replbuf scenarios'")
    private List<String> scenarios = new ArrayList<>();

    @Option(
            names = "--suite",
            paramLabel = "NAME",
            completionCandidates = Suites.class,
            description = "one of: ${COMPLETION-CANDIDATES}")
    private String suite;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description =
                    "replaces a setting of every scenario, such as workload.rate=5000/s or faults[0].at=5s; that of a matrix"
                            + " replaces the axis, by one value or by a list; repeatable")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--strategy-path",
            paramLabel = "JAR",
            description =
                    "a jar, or a folder with jars, of strategies that are not ours; repeatable")
    private List<String> strategyPath = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "results folder; default: results/NAME-TIME")
    private Path out;

    @Option(
            names = "--resume",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "DIR",
            description =
                    "continue the run in DIR, or in --out: scenarios, suite and settings are that run's; cells that are there and"
                            + " did not fail are kept")
    private String resume;

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description =
                    "also writes the last lines there: cells failed or suspect, the report's path")
    private Path summary;

    @Option(
            names = {"--dry-run", "--plan"},
            description = "print cells, seeds, time and disk, and run nothing")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException {
        PrintWriter console = spec.commandLine().getOut();
        RunRequest request = request();
        Plan plan = Planning.plan(request);
        KnownStrategies strategies = new KnownStrategies(request.strategyPath());
        strategies.check(plan);
        RedisPrograms programs = new RedisPrograms(System.getenv());
        PlanPrinter.print(plan, programs, console);
        DiskNeed need = DiskNeed.of(plan, strategies::hasLog);
        Path folder =
                out == null
                        ? Path.of("results", plan.name() + "-" + LocalDateTime.now().format(STAMP))
                        : out;
        if (dryRun) {
            PlanPrinter.printCells(plan, need, folder, console);
            return ExitCode.OK;
        }
        launcher.requireLinux("run");
        if (summary != null) {
            // An earlier run's must not stand for this one's, not even if this one fails.
            Files.deleteIfExists(summary);
        }
        if (resume == null && !Folders.isFree(folder)) {
            throw new UsageException(
                    "--out: "
                            + folder
                            + " is not empty (expected: a new folder, or --resume to continue there)");
        }
        RunFiles files = new RunFiles(Folders.create("--out", folder));
        PlanPrinter.warnOfDisk(need, folder, console);
        Campaign campaign =
                new Campaign(plan, files, programs, Progress.on(console, plan), request);
        int code;
        try (WakefulCores cores = WakefulCores.ask()) {
            console.println("Sleep of idle cores: " + cores.words());
            String doubt = InstrumentCheck.doubt(files, console::println);
            code =
                    campaign.run(
                            new CellRunner(strategies.path(), doubt, cores.words()),
                            resume != null);
        }
        Path page = null;
        if (campaign.finished() > 0) {
            Report.Result report = Report.write(files.root());
            report.warnings().forEach(warning -> console.println("report: " + warning));
            page = report.page();
        }
        List<String> lines = Summary.of(campaign.verdicts(), page);
        lines.forEach(console::println);
        if (summary != null) {
            Files.write(summary, lines);
        }
        return code;
    }

    /** What the words ask for, or what the run that is continued was asked for. */
    private RunRequest request() throws IOException {
        if (resume != null && !resume.isEmpty()) {
            if (out == null) {
                out = Path.of(resume);
            } else if (!Path.of(resume).equals(out)) {
                // Beside --out the word is no folder: --resume steady --out DIR.
                scenarios.add(0, resume);
            }
        }
        if (resume != null && out == null) {
            throw new UsageException("--resume (expected: the folder to continue in)");
        }
        if (suite != null && !scenarios.isEmpty()) {
            throw new UsageException(
                    "--suite " + suite + " and " + scenarios + " (expected: one or the other)");
        }
        RunRequest given = new RunRequest(suite, scenarios, Settings.parse(settings), strategyPath);
        if (resume != null) {
            return Resumption.of(out, given);
        }
        return suite == null && scenarios.isEmpty()
                ? new RunRequest("default", scenarios, given.settings(), given.strategyPath())
                : given;
    }

    /** For the help. */
    static final class Suites implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ScenarioLibrary.suites().iterator();
        }
    }
}
