package io.replbuf.harness.cli;

/** What the process says at its end. Documented in {@code --help}. */
final class ExitCode {
    static final int OK = 0;

    /** A cell failed, or could not be run. */
    static final int FAILED = 1;

    /** The command line, a scenario or a folder cannot be used; nothing was run. */
    static final int USAGE = 2;

    /** Stopped by a signal; finished cells are kept. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
