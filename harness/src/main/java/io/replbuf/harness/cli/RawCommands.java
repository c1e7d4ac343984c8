package io.replbuf.harness.cli;

import java.io.PrintWriter;
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
        return new ServerCommand().run(out, err, args);
    }
}
