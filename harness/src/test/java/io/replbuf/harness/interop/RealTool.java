package io.replbuf.harness.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs Redis' own command-line tools; a test whose tool is absent is skipped with a reason that names it. */
final class RealTool {
    private RealTool() {}

    /** The program on the PATH; null if there is none. */
    static Path find(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(folder, name);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    /** Runs the tool to its end and gives back what it printed. */
    static String run(String name, String... arguments) throws IOException, InterruptedException {
        Path tool = find(name);
        assumeTrue(tool != null, name + " is not installed (Debian: apt-get install redis-tools)");
        List<String> command = new ArrayList<>();
        command.add(tool.toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(name + " did not end within 120 s; printed: " + output);
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    name + " ended with status " + process.exitValue() + "; printed: " + output);
        }
        return output;
    }
}
