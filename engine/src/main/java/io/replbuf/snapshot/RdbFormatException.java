package io.replbuf.snapshot;

import java.io.IOException;

/** RDB bytes that are truncated, corrupt or beyond this engine: where, what was found, what was expected. */
public final class RdbFormatException extends IOException {
    private static final long serialVersionUID = 1;

    private final long offset;

    RdbFormatException(long offset, String what, Object value, String expected) {
        super(
                "RDB offset "
                        + offset
                        + ": "
                        + what
                        + ": "
                        + value
                        + " (expected: "
                        + expected
                        + ")");
        this.offset = offset;
    }

    RdbFormatException(long offset, String sentence) {
        super("RDB offset " + offset + ": " + sentence);
        this.offset = offset;
    }

    /** Bytes from the beginning of the RDB to the item that could not be read. */
    public long offset() {
        return offset;
    }
}
