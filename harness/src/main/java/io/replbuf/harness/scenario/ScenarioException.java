package io.replbuf.harness.scenario;

/** A scenario or suite that cannot be used: its message is one line with the place, the value and what was expected. */
public final class ScenarioException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ScenarioException(String message) {
        super(message);
    }

    ScenarioException(String message, Throwable cause) {
        super(message, cause);
    }
}
