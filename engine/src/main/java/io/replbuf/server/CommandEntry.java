package io.replbuf.server;

import io.replbuf.keyspace.CommandSpec;
import io.replbuf.keyspace.CommandSpec.Flag;

/** A command as this server runs it: its description, its subcommands, and what INFO's commandstats say. Command loop only. */
final class CommandEntry {
    final CommandSpec spec;

    /** As errors and statistics print it: {@code config|get} for a subcommand. */
    final String fullName;

    /** Null if the first argument chooses nothing. */
    final CommandTable subcommands;

    final boolean write;
    final boolean denyOom;
    final boolean noAuth;
    final boolean noMulti;
    final boolean loading;

    /** Whether keys that it finds expired go into the stream one by one, not as a unit. */
    final boolean expiresApart;

    /** Whether it works on the data set alone, and never looks at the stream. */
    final boolean fromKeyspace;

    /** Whether it controls a transaction and so is never queued in one. */
    final boolean controlsTransaction;

    long calls;
    long nanos;
    long rejected;
    long failed;

    CommandEntry(CommandSpec spec, String parent, CommandTable subcommands, boolean fromKeyspace) {
        this.fromKeyspace = fromKeyspace;
        this.spec = spec;
        this.subcommands = subcommands;
        fullName = parent == null ? spec.name() : parent + "|" + spec.name();
        write = spec.has(Flag.WRITE);
        denyOom = spec.has(Flag.DENYOOM);
        noAuth = spec.has(Flag.NO_AUTH);
        noMulti = spec.has(Flag.NO_MULTI);
        loading = spec.has(Flag.LOADING);
        expiresApart = spec.has(Flag.TOUCHES_ARBITRARY_KEYS);
        controlsTransaction =
                parent == null
                        && switch (spec.name()) {
                            case "exec", "discard", "multi", "watch", "quit", "reset" -> true;
                            default -> false;
                        };
    }

    void resetStats() {
        calls = 0;
        nanos = 0;
        rejected = 0;
        failed = 0;
        if (subcommands != null) {
            subcommands.all().forEach(CommandEntry::resetStats);
        }
    }
}
