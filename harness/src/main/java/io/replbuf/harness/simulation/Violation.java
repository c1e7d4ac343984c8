package io.replbuf.harness.simulation;

/** A check that failed; the run adds when, and how to run it again. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }

    static void unless(boolean holds, String what, long value, String expected, long bound) {
        if (!holds) {
            throw new Violation(
                    what + ": " + value + " (expected: " + expected + " " + bound + ")");
        }
    }
}
