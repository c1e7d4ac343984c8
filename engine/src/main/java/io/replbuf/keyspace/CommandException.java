package io.replbuf.keyspace;

/**
 * A command that is answered with an error, thrown before it changed anything.
 *
 * <p>Carries no stack trace: wrong arguments are the client's affair and must not cost the command loop more than a reply.
 * {@link KeyspaceCommands} turns it into one.
 */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param text as on the wire, e.g. {@code "ERR syntax error"} */
    CommandException(String text) {
        super(text, null, false, false);
    }
}
