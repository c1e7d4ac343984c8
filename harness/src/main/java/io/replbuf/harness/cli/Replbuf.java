package io.replbuf.harness.cli;

import io.replbuf.harness.scenario.Nearest;
import io.replbuf.harness.scenario.ScenarioException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The launcher of {@code replbuf.jar}. */
@Command(
        name = "replbuf",
        description =
                "Runs replication-buffer scenarios, reports on them, and serves as a Redis-compatible server.",
        mixinStandardHelpOptions = true,
        versionProvider = Replbuf.Version.class,
        subcommands = {
            RunCommand.class,
            ReportCommand.class,
            ArchiveCommand.class,
            ScenariosCommand.class,
            SimulateCommand.class,
            ServersCommand.class,
            JmhCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  replbuf run                                    the default suite, about seven minutes",
            "  replbuf run stall-together --set replicas.count=8",
            "  replbuf run my.yaml --out /tmp/mine --dry-run",
            "  replbuf run --suite full --out results/night",
            "  replbuf run --resume results/night             go on with that one where it was stopped",
            "  replbuf report results/default-20261101-120000",
            "  replbuf archive results/default-20261101-120000   makes it small enough to be kept",
            "  replbuf servers peers                          Redis 8 and Valkey 9 for the arms that name them",
            "  replbuf simulate --strategy shared --seed 1234",
            "  replbuf server redis.conf --port 7000 --repl-buffer-strategy shared",
            "",
            "Exit status: 0 all is well, 1 a cell failed, 2 the command line or a file cannot be used,",
            "130 interrupted (finished cells are kept; the last line says how to go on)."
        })
public final class Replbuf implements Callable<Integer> {
    @Spec private CommandSpec spec;

    private final String osName;

    private Replbuf(String osName) {
        this.osName = osName;
    }

    public static void main(String[] args) {
        // Before anything that could touch a class of AWT, which the charts do.
        System.setProperty("java.awt.headless", "true");
        System.exit(run(args, out(), err()));
    }

    /** As main, with the exit code as its result. The server command reads its arguments as redis-server does. */
    static int run(String[] args, PrintWriter out, PrintWriter err) {
        return run(args, out, err, System.getProperty("os.name"));
    }

    /**
     * @param osName as the system property of that name
     */
    static int run(String[] args, PrintWriter out, PrintWriter err, String osName) {
        if (args.length > 0 && args[0].equals(RawCommands.SERVER)) {
            return RawCommands.server(Arrays.copyOfRange(args, 1, args.length), out, err);
        }
        CommandLine line = new CommandLine(new Replbuf(osName));
        line.getSubcommands()
                .get("jmh")
                .setUnmatchedOptionsArePositionalParams(true)
                .setExpandAtFiles(false);
        line.addSubcommand(RawCommands.SERVER, RawCommands.serverUsage());
        line.setUsageHelpWidth(110);
        if (args.length > 0 && isUnknownWord(args[0], line)) {
            // The parser would let --help excuse it.
            err.println(
                    "replbuf: "
                            + args[0]
                            + ": no such command (expected: one of "
                            + line.getSubcommands().keySet()
                            + ")"
                            + Nearest.hint(args[0], line.getSubcommands().keySet())
                            + " (see 'replbuf --help')");
            return ExitCode.USAGE;
        }
        return line.setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((wrong, at, parsed) -> explain(wrong, at.getErr()))
                .setParameterExceptionHandler((wrong, parsed) -> refuse(wrong, err))
                .execute(args);
    }

    private static boolean isUnknownWord(String word, CommandLine line) {
        return !word.startsWith("-") && !line.getSubcommands().containsKey(word);
    }

    /** The harness reads {@code /proc}; a command that would fail without it says so at once. */
    void requireLinux(String command) {
        if (!osName.equals("Linux")) {
            throw new UsageException(
                    "os.name: "
                            + osName
                            + " (expected: Linux, since '"
                            + command
                            + "' measures by /proc; 'run --plan', 'scenarios', 'simulate', 'jmh' and 'report' run everywhere)");
        }
    }

    /** One line: what is wrong, what was probably meant, where the help is. */
    private static int refuse(CommandLine.ParameterException wrong, PrintWriter err) {
        CommandLine line = wrong.getCommandLine();
        String hint = "";
        if (wrong instanceof CommandLine.UnmatchedArgumentException unmatched) {
            List<String> known = new ArrayList<>(line.getCommandSpec().optionsMap().keySet());
            known.addAll(line.getSubcommands().keySet());
            hint = Nearest.hint(unmatched.getUnmatched().get(0), known);
        }
        String command = line.getParent() == null ? "replbuf" : "replbuf " + line.getCommandName();
        err.println("replbuf: " + wrong.getMessage() + hint + " (see '" + command + " --help')");
        return ExitCode.USAGE;
    }

    /** Expected failures are one line; anything else is our own mistake and shows its stack. */
    private static int explain(Exception wrong, PrintWriter err) {
        if (wrong instanceof ScenarioException || wrong instanceof UsageException) {
            err.println("replbuf: " + wrong.getMessage());
            return ExitCode.USAGE;
        }
        if (wrong instanceof UncheckedIOException || wrong instanceof IOException) {
            err.println("replbuf: " + wrong.getMessage() + reason(wrong));
            return ExitCode.FAILED;
        }
        wrong.printStackTrace(err);
        return ExitCode.FAILED;
    }

    /** What the message lacks: the cause, or why a file whose name alone is the message cannot be used. */
    private static String reason(Exception wrong) {
        if (wrong instanceof FileSystemException file && file.getReason() == null) {
            return ": " + Texts.reason(file);
        } else if (wrong.getCause() instanceof IOException cause) {
            return ": " + Texts.reason(cause);
        }
        return wrong.getCause() == null ? "" : ": " + wrong.getCause().getMessage();
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return ExitCode.USAGE;
    }

    private static PrintWriter out() {
        return new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    }

    private static PrintWriter err() {
        return new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    }

    /** The version that the build put into the manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        static String text() {
            String version = Replbuf.class.getPackage().getImplementationVersion();
            return version == null ? "unpackaged" : version;
        }

        @Override
        public String[] getVersion() {
            return new String[] {"replbuf " + text() + " (java " + Runtime.version() + ")"};
        }
    }
}
