package io.replbuf.stream;

/**
 * A stretch of the replication stream, half open: {@code [startOffset, nextOffset)}.
 *
 * @param startOffset offset of its first byte; the first byte of a history has offset 1
 * @param nextOffset offset of the first byte behind it, at least startOffset
 */
public record StreamRange(long startOffset, long nextOffset) {
    public StreamRange {
        if (startOffset < 1 || nextOffset < startOffset) {
            throw new IllegalArgumentException(
                    "range: ["
                            + startOffset
                            + ", "
                            + nextOffset
                            + ") (expected: 1 <= startOffset <= nextOffset)");
        }
    }

    public long bytes() {
        return nextOffset - startOffset;
    }

    /**
     * Whether a replica that asks for {@code offset} can continue from here. Both ends are included: after the bytes 1
     * to 50, a replica that has them all asks for 51, which is nextOffset, and is owed zero bytes.
     */
    public boolean continues(long offset) {
        return offset >= startOffset && offset <= nextOffset;
    }
}
