package io.replbuf.harness.cli;

import java.io.File;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Subcommands that read their arguments themselves: {@code server [redis.conf] [--name value …]} has Redis' command line, which
 * no option parser of ours may touch.
 */
final class RawCommands {
    static final String SERVER = "server";

    private RawCommands() {}

    /** How the server stands in the list of subcommands. */
    static CommandSpec serverUsage() {
        CommandSpec usage = CommandSpec.create();
        usage.usageMessage()
                .description(
                        "Serves as a Redis-compatible server; arguments are redis-server's own.");
        return usage;
    }

    static int server(String[] args, PrintWriter out, PrintWriter err) {
        return new ServerCommand().run(out, err, redisWords(args));
    }

    /** Our one option, as the directive that it is: {@code --strategy-path JAR}, which other commands have as well. */
    static String[] redisWords(String[] args) {
        List<String> words = new ArrayList<>();
        List<String> path = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--strategy-path") && i + 1 < args.length) {
                path.add(args[++i]);
            } else {
                words.add(args[i]);
            }
        }
        if (!path.isEmpty()) {
            words.addAll(List.of("--repl-buffer-path", String.join(File.pathSeparator, path)));
        }
        return words.toArray(String[]::new);
    }
}
