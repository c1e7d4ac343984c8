package io.replbuf.harness.cli;

/** The command line asks for something that cannot be: one line for the user, no stack. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
