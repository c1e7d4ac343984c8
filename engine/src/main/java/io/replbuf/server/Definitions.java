package io.replbuf.server;

import io.replbuf.keyspace.CommandSpec;
import io.replbuf.keyspace.CommandSpec.Flag;
import java.util.EnumSet;
import java.util.Set;

/** Fills a table with commands of the server, whose code sees the {@link Call} behind the keyspace's context. */
final class Definitions {
    private final CommandTable table;
    private final String group;

    /** A server command's work; writes one reply, or none where Redis writes none. */
    @FunctionalInterface
    interface Handler {
        void run(Call call);
    }

    /**
     * @param group as in Redis' documentation: {@code connection}, {@code server}, {@code transactions}, {@code generic}
     */
    Definitions(CommandTable table, String group) {
        this.table = table;
        this.group = group;
    }

    Definitions add(
            String name, int arity, String since, String summary, Handler handler, Flag... flags) {
        table.add(spec(name, arity, since, summary, handler, flags), null);
        return this;
    }

    /** A command whose first argument names a subcommand of {@code subcommands}. */
    Definitions container(
            String name, String since, String summary, CommandTable subcommands, Flag... flags) {
        Handler never =
                call ->
                        call.reply()
                                .error("ERR wrong number of arguments for '" + name + "' command");
        table.add(spec(name, -2, since, summary, never, flags), subcommands);
        return this;
    }

    /** A container that does something without a subcommand, too. */
    Definitions bareContainer(
            String name,
            String since,
            String summary,
            Handler bare,
            CommandTable subcommands,
            Flag... flags) {
        table.add(spec(name, -1, since, summary, bare, flags), subcommands);
        return this;
    }

    private CommandSpec spec(
            String name, int arity, String since, String summary, Handler handler, Flag... flags) {
        Set<Flag> set = EnumSet.noneOf(Flag.class);
        set.addAll(Set.of(flags));
        return new CommandSpec(
                name,
                arity,
                set,
                0,
                0,
                0,
                context -> handler.run((Call) context),
                since,
                summary,
                group);
    }
}
