package io.replbuf.log;

import java.io.IOException;

/** A manifest that is not one: says the line, what stands there and what was expected. */
public final class ManifestException extends IOException {
    private static final long serialVersionUID = 1L;

    ManifestException(int line, String what, String expected) {
        super("manifest line " + line + ": " + what + " (expected: " + expected + ")");
    }
}
