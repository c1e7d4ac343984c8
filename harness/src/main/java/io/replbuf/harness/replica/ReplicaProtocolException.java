package io.replbuf.harness.replica;

import java.io.IOException;

/** A primary said something that PSYNC does not allow; the message names the state, what came and what was expected. */
final class ReplicaProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    ReplicaProtocolException(Object state, String found, String expected) {
        super("in " + state + ": " + found + " (expected: " + expected + ")");
    }
}
