package io.replbuf.harness.cli;

import io.replbuf.harness.scenario.Compiler;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.ScenarioLibrary;
import io.replbuf.harness.scenario.ScenarioSource;
import io.replbuf.harness.scenario.SuiteSource;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replbuf scenarios}: what there is to run. */
@Command(
        name = "scenarios",
        description =
                "Lists the scenarios and suites in the jar; with a name, prints that scenario's file.",
        mixinStandardHelpOptions = true)
final class ScenariosCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            description = "prints this scenario's file, to start one's own from")
    private String name;

    @Option(
            names = "--schema",
            description = "prints the JSON Schema of scenario files, for editors")
    private boolean schema;

    @Override
    public Integer call() {
        PrintWriter console = spec.commandLine().getOut();
        if (schema) {
            console.print(ScenarioLibrary.schema());
        } else if (name != null) {
            console.print(ScenarioLibrary.file(name));
        } else {
            for (String scenario : ScenarioLibrary.scenarios()) {
                ScenarioSource source = ScenarioLibrary.scenario(scenario);
                line(console, scenario, Compiler.compile(source), source.scenario().description());
            }
            console.println();
            for (String suite : ScenarioLibrary.suites()) {
                SuiteSource source = ScenarioLibrary.suite(suite);
                line(console, "--suite " + suite, source.compile(), source.description());
            }
        }
        console.flush();
        return ExitCode.OK;
    }

    private static void line(PrintWriter console, String name, Plan plan, String description) {
        console.printf(
                "%-18s %4d cells  %12s  %s%n",
                name, plan.cells().size(), Texts.time(plan.estimate()), description);
    }
}
