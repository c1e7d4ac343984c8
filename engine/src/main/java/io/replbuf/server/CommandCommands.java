package io.replbuf.server;

import static io.replbuf.keyspace.CommandSpec.Flag.LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.STALE;

import io.replbuf.keyspace.CommandSpec;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** COMMAND and its subcommands. */
final class CommandCommands {
    private CommandCommands() {}

    static void define(CommandTable table) {
        CommandTable sub = new CommandTable("command");
        new Definitions(sub, "server")
                .add(
                        "count",
                        2,
                        "2.8.13",
                        "Returns a count of commands.",
                        call -> call.reply().integer(call.server().commands().all().size()),
                        LOADING,
                        STALE)
                .add(
                        "docs",
                        -2,
                        "7.0.0",
                        "Returns documentary information about one, multiple or all commands.",
                        CommandCommands::docs,
                        LOADING,
                        STALE)
                .add(
                        "info",
                        -2,
                        "2.8.13",
                        "Returns information about one, multiple or all commands.",
                        CommandCommands::info,
                        LOADING,
                        STALE)
                .add(
                        "list",
                        -2,
                        "7.0.0",
                        "Returns a list of command names.",
                        CommandCommands::list,
                        LOADING,
                        STALE)
                .add(
                        "getkeys",
                        -4,
                        "2.8.13",
                        "Extracts the key names from an arbitrary command.",
                        CommandCommands::getKeys,
                        LOADING,
                        STALE);
        new Definitions(table, "server")
                .bareContainer(
                        "command",
                        "2.8.13",
                        "Returns detailed information about all commands.",
                        CommandCommands::all,
                        sub,
                        LOADING,
                        STALE);
    }

    private static void all(Call call) {
        List<CommandEntry> all = call.server().commands().all();
        call.reply().array(all.size());
        all.forEach(entry -> describe(call.reply(), entry));
    }

    private static void info(Call call) {
        if (call.request().argc() == 2) {
            all(call);
            return;
        }
        call.reply().array(call.request().argc() - 2);
        for (int i = 2; i < call.request().argc(); i++) {
            CommandEntry entry = named(call, i);
            if (entry == null) {
                call.reply().nullArray();
            } else {
                describe(call.reply(), entry);
            }
        }
    }

    /** The ten elements of Redis 7, those without content empty. */
    private static void describe(Reply reply, CommandEntry entry) {
        CommandSpec spec = entry.spec;
        reply.array(10);
        reply.bulk(entry.fullName);
        reply.integer(spec.arity());
        List<CommandSpec.Flag> flags =
                spec.flags().stream().filter(CommandSpec.Flag::shown).sorted().toList();
        reply.array(flags.size());
        flags.forEach(flag -> reply.simple(flag.text()));
        reply.integer(spec.firstKey());
        reply.integer(spec.lastKey());
        reply.integer(spec.step());
        List<String> categories = categories(entry);
        reply.array(categories.size());
        categories.forEach(reply::simple);
        reply.array(0);
        reply.array(0);
        List<CommandEntry> subcommands =
                entry.subcommands == null ? List.of() : entry.subcommands.all();
        reply.array(subcommands.size());
        subcommands.forEach(sub -> describe(reply, sub));
    }

    private static List<String> categories(CommandEntry entry) {
        List<String> categories = new ArrayList<>();
        categories.add(
                "@" + (entry.spec.group().equals("generic") ? "keyspace" : entry.spec.group()));
        if (entry.write) {
            categories.add("@write");
        }
        if (entry.spec.has(CommandSpec.Flag.READONLY)) {
            categories.add("@read");
        }
        if (entry.spec.has(CommandSpec.Flag.ADMIN)) {
            categories.add("@admin");
            categories.add("@dangerous");
        }
        categories.add(entry.spec.has(CommandSpec.Flag.FAST) ? "@fast" : "@slow");
        return categories;
    }

    private static void docs(Call call) {
        List<CommandEntry> asked = new ArrayList<>();
        if (call.request().argc() == 2) {
            asked.addAll(call.server().commands().all());
        }
        for (int i = 2; i < call.request().argc(); i++) {
            CommandEntry entry = named(call, i);
            if (entry != null) {
                asked.add(entry);
            }
        }
        docs(call.reply(), asked);
    }

    private static void docs(Reply reply, List<CommandEntry> entries) {
        reply.map(entries.size());
        for (CommandEntry entry : entries) {
            reply.bulk(entry.fullName);
            reply.map(entry.subcommands == null ? 3 : 4);
            reply.bulk("summary");
            reply.bulk(entry.spec.summary());
            reply.bulk("since");
            reply.bulk(entry.spec.since());
            reply.bulk("group");
            reply.bulk(entry.spec.group());
            if (entry.subcommands != null) {
                reply.bulk("subcommands");
                docs(reply, entry.subcommands.all());
            }
        }
    }

    private static void list(Call call) {
        if (call.request().argc() != 2) {
            call.reply().error(Arguments.SYNTAX);
            return;
        }
        List<CommandEntry> all = call.server().commands().all();
        call.reply().array(all.size());
        all.forEach(entry -> call.reply().bulk(entry.fullName));
    }

    private static void getKeys(Call call) {
        Request request = call.request();
        CommandEntry entry = named(call, 2);
        int argc = request.argc() - 2;
        if (entry == null) {
            call.reply().error("ERR Invalid command specified");
        } else if (!entry.spec.accepts(argc)) {
            call.reply().error("ERR Invalid number of arguments specified for command");
        } else {
            List<Integer> positions = Watches.keyPositions(entry.spec, argc);
            if (positions.isEmpty()) {
                call.reply().error("ERR The command has no key arguments");
                return;
            }
            call.reply().array(positions.size());
            for (int position : positions) {
                call.reply()
                        .bulk(
                                request.buffer(),
                                request.position(position + 2),
                                request.length(position + 2));
            }
        }
    }

    /** The command that argument {@code i} names, a subcommand as {@code config|get}; null without. */
    private static CommandEntry named(Call call, int i) {
        String[] names = call.request().text(i).toLowerCase(Locale.ROOT).split("\\|", 2);
        CommandEntry entry = call.server().commands().find(names[0]);
        if (entry == null || names.length == 1) {
            return entry;
        }
        return entry.subcommands == null ? null : entry.subcommands.find(names[1]);
    }
}
