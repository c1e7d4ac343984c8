package io.replbuf.keyspace;

/** A command's work: reads the request, changes the keyspace, writes exactly one reply. */
@FunctionalInterface
public interface Command {
    void execute(CommandContext context);
}
