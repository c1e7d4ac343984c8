package io.replbuf.resp;

/**
 * The peer broke the protocol; the connection cannot go on, since nobody knows where its next command begins.
 *
 * <p>The message is the text that Redis sends behind {@code -ERR Protocol error: }. An outcome for which the server has an
 * answer, so it carries no stack trace.
 */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    ProtocolException(String message) {
        super(message, null, false, false);
    }
}
