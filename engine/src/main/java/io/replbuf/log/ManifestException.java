package io.replbuf.log;

import java.io.IOException;

/** A manifest that is not one: says the line, the fault in Redis' words, what stands there and what was expected. */
public final class ManifestException extends IOException {
    private static final long serialVersionUID = 1L;

    ManifestException(int line, String fault, String what, String expected) {
        super(
                "manifest line "
                        + line
                        + ": "
                        + fault
                        + ": "
                        + what
                        + " (expected: "
                        + expected
                        + ")");
    }
}
