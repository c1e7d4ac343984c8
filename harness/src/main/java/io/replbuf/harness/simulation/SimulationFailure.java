package io.replbuf.harness.simulation;

/** Something that must never be was seen; the message says what, when and how to see it again. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    SimulationFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
