package io.replbuf.server;

import io.replbuf.primary.StrayCommand;
import io.replbuf.resp.Request;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Why a request is no command, in Redis' words; and what it would be on a link where none may come. Stateless; any thread. */
final class Refusals {
    private static final String ERR = "ERR ";

    /** Redis prints no more of what it does not know. */
    private static final int UNKNOWN_CHARS_MAX = 128;

    private Refusals() {}

    static String unknown(Request request) {
        StringBuilder text = new StringBuilder(ERR + "unknown command '");
        text.append(clipped(request, 0)).append('\'');
        if (RedisCommands.has(clipped(request, 0))) {
            text.append(", a command of Redis that this server does not have yet");
        }
        text.append(", with args beginning with: ");
        int start = text.length();
        for (int i = 1; i < request.argc() && text.length() - start < UNKNOWN_CHARS_MAX; i++) {
            text.append('\'').append(clipped(request, i)).append("' ");
        }
        return text.toString();
    }

    static String unknownSubcommand(CommandEntry container, Request request) {
        return ERR
                + "unknown subcommand '"
                + clipped(request, 1)
                + "'. Try "
                + container.spec.name().toUpperCase(Locale.ROOT)
                + " HELP.";
    }

    static String arity(CommandEntry entry) {
        return ERR + "wrong number of arguments for '" + entry.fullName + "' command";
    }

    /** What Redis logs of a command on a replica's link. */
    static StrayCommand stray(CommandTable commands, Request request) {
        CommandEntry entry =
                commands.find(request.buffer(), request.position(0), request.length(0));
        if (entry == null) {
            return strayUnknown(unknown(request), RedisCommands.fullName(request));
        }
        if (entry.subcommands != null && request.argc() > 1) {
            CommandEntry sub =
                    entry.subcommands.find(
                            request.buffer(), request.position(1), request.length(1));
            if (sub == null) {
                return strayUnknown(unknownSubcommand(entry, request), null);
            }
            entry = sub;
        }
        String error = null;
        if (!entry.spec.accepts(request.argc())) {
            error = arity(entry).substring(ERR.length());
        } else if (entry.fromKeyspace) {
            error = "Replica can't interact with the keyspace";
        }
        return new StrayCommand(entry.fullName, error);
    }

    private static StrayCommand strayUnknown(String error, String name) {
        return new StrayCommand(name == null ? "<unknown>" : name, error.substring(ERR.length()));
    }

    static String clipped(Request request, int i) {
        return request.buffer()
                .toString(
                        request.position(i),
                        Math.min(request.length(i), UNKNOWN_CHARS_MAX),
                        StandardCharsets.ISO_8859_1);
    }
}
