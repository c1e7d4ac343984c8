package io.replbuf.snapshot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The CRC64 at the end of an RDB: Jones' polynomial, reflected, starting from 0, nothing xored at the end.
 *
 * <p>Eight bytes a step ("slicing by 8"): table k holds what a byte does to the register k bytes later, so that eight
 * look-ups do not wait for each other. 16 KiB of tables. Stateless; any thread.
 */
final class Crc64 {
    /** 0xad93d23594c935a9 with its bits reversed. */
    private static final long POLYNOMIAL = 0x95ac9329ac4bc9b5L;

    private static final int STRIDE = 256;
    private static final long[] TABLES = tables();
    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Crc64() {}

    /** Takes the bytes {@code [from, to)} of a buffer into the register, by absolute access. */
    static long update(long crc, ByteBuffer bytes, int from, int to) {
        final long[] t = TABLES;
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long x = crc ^ (long) LONGS.get(bytes, i);
            crc =
                    t[7 * STRIDE + ((int) x & 0xFF)]
                            ^ t[6 * STRIDE + ((int) (x >>> 8) & 0xFF)]
                            ^ t[5 * STRIDE + ((int) (x >>> 16) & 0xFF)]
                            ^ t[4 * STRIDE + ((int) (x >>> 24) & 0xFF)]
                            ^ t[3 * STRIDE + ((int) (x >>> 32) & 0xFF)]
                            ^ t[2 * STRIDE + ((int) (x >>> 40) & 0xFF)]
                            ^ t[STRIDE + ((int) (x >>> 48) & 0xFF)]
                            ^ t[(int) (x >>> 56)];
        }
        for (; i < to; i++) {
            crc = (crc >>> 8) ^ t[(int) (crc ^ bytes.get(i)) & 0xFF];
        }
        return crc;
    }

    private static long[] tables() {
        long[] tables = new long[8 * STRIDE];
        for (int b = 0; b < STRIDE; b++) {
            long crc = b;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
            }
            tables[b] = crc;
        }
        for (int k = 1; k < 8; k++) {
            for (int b = 0; b < STRIDE; b++) {
                long before = tables[(k - 1) * STRIDE + b];
                tables[k * STRIDE + b] = (before >>> 8) ^ tables[(int) before & 0xFF];
            }
        }
        return tables;
    }
}
