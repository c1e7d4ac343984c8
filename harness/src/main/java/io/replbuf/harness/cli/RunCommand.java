package io.replbuf.harness.cli;

import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.report.Report;
import io.replbuf.harness.run.CellRunner;
import io.replbuf.harness.run.RedisPrograms;
import io.replbuf.harness.scenario.Compiler;
import io.replbuf.harness.scenario.Nearest;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.ScenarioException;
import io.replbuf.harness.scenario.ScenarioLibrary;
import io.replbuf.harness.scenario.ScenarioSource;
import io.replbuf.harness.scenario.SuiteSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replbuf run}: plans, runs, reports. */
@Command(
        name = "run",
        description = "Runs scenarios and writes a report; without any, the default suite.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE|NAME",
            description = "scenario files, or names from 'replbuf scenarios'")
    private List<String> scenarios = new ArrayList<>();

    @Option(names = "--suite", paramLabel = "NAME", description = "default, peers, targets or full")
    private String suite;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description =
                    "replaces a setting of every scenario, such as workload.rate=5000/s; repeatable")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "results folder; default: results/NAME-TIME")
    private Path out;

    @Option(
            names = "--resume",
            description = "continue in --out: cells that are there and did not fail are kept")
    private boolean resume;

    @Option(
            names = {"--dry-run", "--plan"},
            description = "print the plan and its estimate, run nothing")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException {
        PrintWriter console = spec.commandLine().getOut();
        Plan plan = plan();
        RedisPrograms programs = new RedisPrograms(System.getenv());
        PlanPrinter.print(plan, programs, console);
        if (dryRun) {
            return ExitCode.OK;
        }
        RunFiles files = new RunFiles(folder(plan));
        Campaign campaign =
                new Campaign(plan, files, programs, Progress.on(console, plan), commandLine());
        int code = campaign.run(new CellRunner(), resume);
        if (campaign.finished() > 0) {
            Report.Result report = Report.write(files.root());
            report.warnings().forEach(warning -> console.println("report: " + warning));
            console.println("Report: " + report.page().toAbsolutePath().normalize());
        }
        return code;
    }

    private Plan plan() {
        if (suite != null && !scenarios.isEmpty()) {
            throw new UsageException(
                    "--suite " + suite + " and " + scenarios + " (expected: one or the other)");
        }
        String name;
        String stamp;
        List<ScenarioSource> sources;
        if (scenarios.isEmpty()) {
            SuiteSource source = ScenarioLibrary.suite(suite == null ? "default" : suite);
            name = source.name();
            stamp = source.stamp();
            sources = source.resolve();
        } else {
            sources = scenarios.stream().map(RunCommand::source).toList();
            name =
                    sources.stream()
                            .map(source -> source.scenario().name())
                            .collect(Collectors.joining("+"));
            stamp = null;
        }
        List<ScenarioSource> set =
                sources.stream().map(source -> source.withText(settings)).toList();
        return stamp == null ? Compiler.compile(name, set) : Compiler.compile(name, stamp, set);
    }

    private static ScenarioSource source(String word) {
        if (ScenarioLibrary.scenarios().contains(word)) {
            return ScenarioLibrary.scenario(word);
        }
        Path file = Path.of(word);
        if (Files.isRegularFile(file)) {
            return ScenarioSource.read(file);
        }
        throw new ScenarioException(
                "scenario: "
                        + word
                        + " (expected: a file, or one of "
                        + ScenarioLibrary.scenarios()
                        + ")"
                        + Nearest.hint(word, ScenarioLibrary.scenarios()));
    }

    private Path folder(Plan plan) throws IOException {
        if (resume && out == null) {
            throw new UsageException("--resume (expected: --out with the folder to continue in)");
        }
        Path folder =
                out == null
                        ? Path.of("results", plan.name() + "-" + LocalDateTime.now().format(STAMP))
                        : out;
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new UsageException("--out: " + folder + " is a file (expected: a folder)");
        }
        if (Files.isDirectory(folder) && !resume) {
            try (Stream<Path> entries = Files.list(folder)) {
                if (entries.findAny().isPresent()) {
                    throw new UsageException(
                            "--out: "
                                    + folder
                                    + " is not empty (expected: a new folder, or --resume to continue there)");
                }
            }
        }
        Files.createDirectories(folder);
        if (!Files.isWritable(folder)) {
            throw new UsageException(
                    "--out: " + folder + " cannot be written to (expected: a writable folder)");
        }
        return folder;
    }

    /** The words that repeat this run, for {@code run.json}; the folder is left out, since a repetition has its own. */
    private String commandLine() {
        StringBuilder words = new StringBuilder("replbuf run");
        scenarios.forEach(scenario -> words.append(' ').append(scenario));
        if (scenarios.isEmpty()) {
            words.append(" --suite ").append(suite == null ? "default" : suite);
        }
        settings.forEach(
                (path, value) ->
                        words.append(" --set '")
                                .append(path)
                                .append('=')
                                .append(value)
                                .append('\''));
        return words.toString();
    }
}
