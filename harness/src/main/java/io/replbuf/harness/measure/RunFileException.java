package io.replbuf.harness.measure;

import java.io.IOException;
import java.nio.file.Path;

/** A results file that cannot be understood: names the file, the line, what stands there and what was expected. */
public final class RunFileException extends IOException {
    private static final long serialVersionUID = 1L;

    RunFileException(Path file, long line, String found, String expected, Throwable cause) {
        super(file + " line " + line + ": " + found + " (expected: " + expected + ")", cause);
    }

    RunFileException(Path file, long line, String found, String expected) {
        this(file, line, found, expected, null);
    }
}
