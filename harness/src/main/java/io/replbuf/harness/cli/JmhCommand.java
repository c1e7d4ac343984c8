package io.replbuf.harness.cli;

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
        org.openjdk.jmh.Main.main(withFlags(arguments).toArray(String[]::new));
        return ExitCode.OK;
    }

    /** JMH's forks start with a class path, so what the manifest opens has to be said again. */
    static List<String> withFlags(List<String> arguments) {
        // What `-Dbench.jmh` without a value becomes in Maven; as a pattern it would match no
        // benchmark.
        List<String> all =
                new ArrayList<>(arguments.equals(List.of("true")) ? List.of() : arguments);
        int place = all.indexOf("-jvmArgsAppend");
        String flags = String.join(" ", JvmFlags.load().flags());
        if (place >= 0 && place + 1 < all.size()) {
            all.set(place + 1, flags + " " + all.get(place + 1));
        } else {
            all.add("-jvmArgsAppend");
            all.add(flags);
        }
        return all;
    }
}
