package io.replbuf.buffer;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The stream as it must be: random bytes in a plain array, from a seed.
 *
 * <p>Written when it is made and never after, so any thread may compare with it.
 */
public final class ByteModel {
    private final long startOffset;
    private final byte[] content;

    public ByteModel(long seed, long startOffset, int bytes) {
        this.startOffset = startOffset;
        this.content = new byte[bytes];
        new SplittableRandom(seed).nextBytes(content);
    }

    /** The bytes {@code [offset, offset + bytes)}, to be fed. */
    public ByteBuffer bytes(long offset, int bytes) {
        return ByteBuffer.wrap(content, index(offset), bytes);
    }

    /** How many bytes there are from {@code offset} on. */
    public int left(long offset) {
        return content.length - index(offset);
    }

    /** Fails unless the remaining bytes of {@code actual} are those from {@code offset} on; moves nothing. */
    public void check(long offset, ByteBuffer actual) {
        ByteBuffer expected = bytes(offset, actual.remaining());
        int at = expected.mismatch(actual);
        if (at >= 0) {
            throw new AssertionError(
                    "byte at offset "
                            + (offset + at)
                            + ": "
                            + actual.get(actual.position() + at)
                            + " (expected: "
                            + expected.get(expected.position() + at)
                            + "), in a slice of "
                            + actual.remaining()
                            + " bytes from offset "
                            + offset);
        }
    }

    private int index(long offset) {
        return Math.toIntExact(offset - startOffset);
    }
}
