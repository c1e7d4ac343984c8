package io.replbuf.harness.cli;

import io.replbuf.harness.micro.MicroMain;
import io.replbuf.harness.run.JvmFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replbuf jmh}: the micro benchmarks of the strategies' inner steps, results as JSON and as a summary. */
@Command(
        name = "jmh",
        description =
                "Runs the JMH benchmarks and writes jmh-result.json and summary.md to results/jmh-TIME, or beside the file that"
                        + " -rff names; arguments are JMH's own ('replbuf jmh --help' shows them).")
final class JmhCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    /** JMH's options that only print something. */
    private static final Set<String> PRINTS = Set.of("-h", "-l", "-lp", "-lprof", "-lrf");

    private static final String RESULT_FILE = "-rff";

    @Spec private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "ARG", description = "JMH's arguments")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        List<String> given = new ArrayList<>(without(arguments));
        given.replaceAll(word -> word.equals("--help") ? "-h" : word);
        List<String> flags = JvmFlags.load().flags();
        if (given.stream().anyMatch(PRINTS::contains)) {
            MicroMain.run(given, flags);
            return ExitCode.OK;
        }
        int named = given.indexOf(RESULT_FILE);
        Path results;
        if (named >= 0 && named + 1 < given.size()) {
            results = Path.of(given.get(named + 1));
            Folders.create(RESULT_FILE, results.toAbsolutePath().getParent());
        } else {
            Path folder = Path.of("results", "jmh-" + LocalDateTime.now().format(STAMP));
            results = Folders.create("results", folder).resolve(MicroMain.resultFile());
            given.addAll(List.of(RESULT_FILE, results.toString()));
        }
        MicroMain.run(given, flags);
        if (!Files.isRegularFile(results) || Files.size(results) == 0) {
            return ExitCode.FAILED;
        }
        Path summary = MicroMain.summarise(results);
        spec.commandLine().getOut().println("Summary: " + summary.normalize());
        return ExitCode.OK;
    }

    /** Without what {@code -Dbench.jmh} becomes in Maven when it has no value; as a pattern it would match no benchmark. */
    static List<String> without(List<String> arguments) {
        return arguments.equals(List.of("true")) ? List.of() : arguments;
    }
}
