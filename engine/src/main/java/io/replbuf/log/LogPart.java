package io.replbuf.log;

import io.replbuf.stream.Replid;
import java.nio.file.Path;

/**
 * A file of a log found at start, as a loader reads it: whole if it is the base, else its first {@link #bytes} bytes.
 *
 * @param file path of the file
 * @param base whether it is a snapshot that stands exactly at {@code nextOffset}; else it holds the stream
 * @param startOffset of its first byte, 0 for a base
 * @param nextOffset behind its last byte, or where the base stands
 * @param replid the history that its bytes belong to
 */
public record LogPart(Path file, boolean base, long startOffset, long nextOffset, Replid replid) {
    /** Bytes of the stream in it; what stands behind them in the file was never acknowledged as written whole. */
    public long bytes() {
        return base ? 0 : nextOffset - startOffset;
    }
}
