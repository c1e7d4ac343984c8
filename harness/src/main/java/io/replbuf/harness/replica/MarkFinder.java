package io.replbuf.harness.replica;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Finds a byte string in a stream that arrives in pieces, wherever the pieces are cut.
 *
 * <p>Not thread-safe.
 */
final class MarkFinder {
    /*
     * Horspool's search by groups of four bytes instead of single ones, as Wu and Manber have it. The group that ends where the mark
     * could end tells how far the mark can be moved on; one that is not in the mark moves it by its whole length but three bytes.
     *
     * Single bytes do not do for the GETACK that a replica looks for in gigabytes of stream. It has 19 different ones, so that in
     * random bytes every thirteenth look meets one of them, and the next look waits for what the table says to each. Of groups one
     * in forty shares a slot with the mark's; the looks between are as far apart as the processor guesses. A third of the time.
     */

    private static final int GROUP_BYTES = 4;

    /** A kilobyte: the mark's groups share slots with one in forty of all others, which costs a short step and no match. */
    private static final int SLOT_BITS = 10;

    /** Whatever order the buffers have. */
    private static final VarHandle GROUP =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final byte[] mark;

    /** For each slot, from the last group in the mark that falls into it to the mark's end; {@link #stride} without any. */
    private final byte[] skip = new byte[1 << SLOT_BITS];

    private final int stride;

    /** The last bytes seen, at most one fewer than the mark has: a match may have begun in them. */
    private final byte[] carry;

    private int carried;

    MarkFinder(byte[] mark) {
        if (mark.length < GROUP_BYTES || mark.length > Byte.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "mark length: "
                            + mark.length
                            + " (expected: "
                            + GROUP_BYTES
                            + " to "
                            + Byte.MAX_VALUE
                            + ")");
        }
        this.mark = mark.clone();
        this.carry = new byte[mark.length - 1];
        this.stride = mark.length - GROUP_BYTES + 1;
        Arrays.fill(skip, (byte) stride);
        ByteBuffer groups = ByteBuffer.wrap(this.mark);
        for (int i = 0; i < stride; i++) {
            skip[slot(groups, i)] = (byte) (stride - 1 - i);
        }
    }

    /** Of the group at {@code at}. */
    private static int slot(ByteBuffer bytes, int at) {
        return (int) GROUP.get(bytes, at) * 0x9E3779B1 >>> Integer.SIZE - SLOT_BITS;
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
        final byte[] steps = skip;
        final int far = stride;
        for (int at = from + far - 1; at <= to - GROUP_BYTES; ) {
            int step = steps[slot(bytes, at)];
            if (step == far) {
                at += far; // a constant: the next look need not wait for this one's table entry
            } else if (step > 0) {
                at += step;
            } else if (matches(bytes, at - far + 1)) {
                return at + GROUP_BYTES;
            } else {
                at++;
            }
        }
        return -1;
    }

    private boolean matches(ByteBuffer bytes, int start) {
        for (int i = 0; i < mark.length; i++) {
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
