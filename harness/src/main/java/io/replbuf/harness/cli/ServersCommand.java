package io.replbuf.harness.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replbuf servers}: brings newer real servers than the machine's, for the arms that name them. */
@Command(
        name = "servers",
        description = {
            "Fetches the Redis and Valkey of a newer Debian into a folder, beside what is installed: about 60 MB.",
            "Scenarios find them as redis-8.0, valkey-9.1 and the like while DIR/bin is on the PATH."
        },
        mixinStandardHelpOptions = true)
final class ServersCommand implements Callable<Integer> {
    private static final String SCRIPT = "/servers/fetch.sh";

    /** The script's word for a machine that it cannot use. */
    private static final int UNUSABLE = 2;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "where to put them; made if it is not there")
    private Path folder;

    @Option(
            names = "--suite",
            paramLabel = "NAME",
            defaultValue = "forky",
            description = "Debian's name for the release; default: ${DEFAULT-VALUE}")
    private String suite;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!suite.matches("[a-z][a-z0-9-]*")) {
            throw new UsageException("--suite: " + suite + " (expected: a release such as trixie)");
        }
        PrintWriter console = spec.commandLine().getOut();
        Path into = Folders.create("DIR", folder).toAbsolutePath().normalize();
        int status = fetch(into, console);
        if (status == UNUSABLE) {
            throw new UsageException("servers: this machine cannot fetch them, see above");
        }
        if (status != 0) {
            console.println("servers: fetching ended with status " + status + ", see above");
            return ExitCode.FAILED;
        }
        console.println("Now: export PATH=" + into.resolve("bin") + ":$PATH");
        return ExitCode.OK;
    }

    private int fetch(Path into, PrintWriter console) throws IOException, InterruptedException {
        Path script = Files.createTempFile("replbuf-fetch", ".sh");
        try {
            try (InputStream in = ServersCommand.class.getResourceAsStream(SCRIPT)) {
                Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
            }
            Process process =
                    new ProcessBuilder("bash", script.toString(), into.toString(), suite)
                            .redirectErrorStream(true)
                            .start();
            try (BufferedReader lines = process.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    console.println(line);
                    console.flush();
                }
                return process.waitFor();
            } finally {
                process.destroy();
            }
        } finally {
            Files.deleteIfExists(script);
        }
    }
}
