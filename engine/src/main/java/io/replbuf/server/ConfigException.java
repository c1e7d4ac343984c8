package io.replbuf.server;

/** A configuration that cannot be; the message is what the user is told. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    ConfigException(String message) {
        super(message);
    }
}
