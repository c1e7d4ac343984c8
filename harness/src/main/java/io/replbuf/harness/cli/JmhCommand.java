package io.replbuf.harness.cli;

import io.replbuf.harness.micro.MicroMain;
import io.replbuf.harness.run.JvmFlags;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code replbuf jmh}: the micro benchmarks of the strategies' inner steps. */
@Command(
        name = "jmh",
        description =
                "Runs the JMH benchmarks; arguments are JMH's own ('replbuf jmh -h' shows them).")
final class JmhCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "ARG", description = "JMH's arguments")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        MicroMain.run(without(arguments), JvmFlags.load().flags());
        return ExitCode.OK;
    }

    /** Without what {@code -Dbench.jmh} becomes in Maven when it has no value; as a pattern it would match no benchmark. */
    static List<String> without(List<String> arguments) {
        return arguments.equals(List.of("true")) ? List.of() : arguments;
    }
}
