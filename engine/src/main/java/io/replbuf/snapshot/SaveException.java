package io.replbuf.snapshot;

import java.io.IOException;

/** A step of a save that failed, told in a sentence that needs nothing around it. */
final class SaveException extends IOException {
    private static final long serialVersionUID = 1;

    SaveException(String sentence, IOException cause) {
        super(sentence, cause);
    }
}
