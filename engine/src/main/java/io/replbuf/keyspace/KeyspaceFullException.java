package io.replbuf.keyspace;

/**
 * No memory was to be had for a record; the command that asked for it has changed nothing.
 *
 * <p>An outcome rather than a fault, so it carries no stack trace: the server answers {@code -OOM}.
 */
public final class KeyspaceFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeyspaceFullException(long bytes) {
        super("no extent for " + bytes + " bytes of keyspace", null, false, false);
    }
}
