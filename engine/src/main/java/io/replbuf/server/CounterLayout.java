package io.replbuf.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The layout of the counter file, which writer and reader share. All numbers big-endian.
 *
 * <pre>
 *   0    magic "RBCTRS01"
 *   8    int version, int count, int replica slots, int 0
 *  24    count names of 64 bytes, padded with NUL
 *   .    at the next multiple of 128: count longs, each with 128 bytes to itself
 *   .    replica slots of 128 bytes: 16 longs, in the order of ReplicaSlot.Field
 * </pre>
 *
 * <p>A number is stored with release and loaded with acquire, each by itself: a reader sees no torn number, but numbers of
 * different moments. The 128 bytes are two cache lines, since processors fetch lines in pairs.
 */
final class CounterLayout {
    static final long MAGIC = magic();
    static final int VERSION = 1;
    static final int HEADER_BYTES = 24;
    static final int NAME_BYTES = 64;
    static final int STRIDE = 128;

    /** Reads and writes longs at any multiple of 8 of a mapped file. */
    static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private CounterLayout() {}

    static int countersAt(int count) {
        int end = HEADER_BYTES + count * NAME_BYTES;
        return (end + STRIDE - 1) / STRIDE * STRIDE;
    }

    static int slotsAt(int count) {
        return countersAt(count) + count * STRIDE;
    }

    static int fileBytes(int count, int slots) {
        return slotsAt(count) + slots * STRIDE;
    }

    private static long magic() {
        long magic = 0;
        for (byte b : "RBCTRS01".getBytes(StandardCharsets.US_ASCII)) {
            magic = magic << 8 | b;
        }
        return magic;
    }
}
