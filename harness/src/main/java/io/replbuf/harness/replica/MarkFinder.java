package io.replbuf.harness.replica;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Finds a byte string in a stream that arrives in pieces, wherever the pieces are cut.
 *
 * <p>Horspool's algorithm: in bytes that have nothing to do with the mark it looks at one byte in {@code mark.length}, which is what
 * lets a replica scan gigabytes for a {@code REPLCONF GETACK}. Not thread-safe.
 */
final class MarkFinder {
    private final byte[] mark;
    private final int[] skip = new int[256];

    /** The last bytes seen, at most one fewer than the mark has: a match may have begun in them. */
    private final byte[] carry;

    private int carried;

    MarkFinder(byte[] mark) {
        if (mark.length < 2) {
            throw new IllegalArgumentException(
                    "mark length: " + mark.length + " (expected: 2 or more)");
        }
        this.mark = mark.clone();
        this.carry = new byte[mark.length - 1];
        Arrays.fill(skip, mark.length);
        for (int i = 0; i < mark.length - 1; i++) {
            skip[mark[i] & 0xFF] = mark.length - 1 - i;
        }
    }

    /** Forgets what came before. */
    void reset() {
        carried = 0;
    }

    /**
     * Looks for the mark's end in {@code bytes[from, to)}, which follow on the bytes of the last call.
     *
     * @return index just behind the mark, or -1. After a hit, call again with {@code from} = the index returned; the finder has
     *     taken note of the bytes up to there only
     */
    int find(ByteBuffer bytes, int from, int to) {
        int end = carried == 0 ? -1 : findAcross(bytes, from, to);
        if (end < 0) {
            end = findWithin(bytes, from, to);
        }
        if (end >= 0) {
            carried = 0;
        } else {
            keepTail(bytes, from, to);
        }
        return end;
    }

    private int findAcross(ByteBuffer bytes, int from, int to) {
        int fresh = Math.min(mark.length - 1, to - from);
        byte[] seam = Arrays.copyOf(carry, carried + fresh);
        bytes.get(from, seam, carried, fresh);
        int end = findWithin(ByteBuffer.wrap(seam), 0, seam.length);
        return end < 0 ? -1 : from + end - carried;
    }

    private int findWithin(ByteBuffer bytes, int from, int to) {
        final int last = mark.length - 1;
        final byte lastByte = mark[last];
        for (int at = from + last; at < to; ) {
            byte b = bytes.get(at);
            if (b == lastByte && matches(bytes, at - last)) {
                return at + 1;
            }
            at += skip[b & 0xFF];
        }
        return -1;
    }

    private boolean matches(ByteBuffer bytes, int start) {
        for (int i = 0; i < mark.length - 1; i++) {
            if (bytes.get(start + i) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    private void keepTail(ByteBuffer bytes, int from, int to) {
        int length = to - from;
        if (length >= carry.length) {
            bytes.get(to - carry.length, carry, 0, carry.length);
            carried = carry.length;
            return;
        }
        int kept = Math.min(carried, carry.length - length);
        System.arraycopy(carry, carried - kept, carry, 0, kept);
        bytes.get(from, carry, kept, length);
        carried = kept + length;
    }
}
