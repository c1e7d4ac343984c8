package io.replbuf.harness.load;

import io.netty.buffer.ByteBuf;
import io.replbuf.harness.scenario.SeedStream;
import java.nio.charset.StandardCharsets;

/**
 * Encodes {@code SET key value} with 16-byte keys and values that do not compress.
 *
 * <p>Values are stretches of a pool of random bytes, begun at a new place each time: as incompressible as fresh random bytes for a
 * dictionary of LZF's size, at the price of one copy. Not thread-safe.
 */
final class Payload {
    static final int KEY_BYTES = 16;
    private static final int POOL_BYTES = 4 << 20;
    private static final String KEY_PREFIX = "key:";

    private final byte[] pool;
    private final int places;
    private final byte[] head = ascii("*3\r\n$3\r\nSET\r\n$" + KEY_BYTES + "\r\n" + KEY_PREFIX);
    private final byte[] middle;
    private final byte[] digits = new byte[KEY_BYTES - KEY_PREFIX.length()];
    private final SeedStream random;
    private final int valueBytes;
    private final int keys;
    private long sequence;

    Payload(long seed, int valueBytes, int keys) {
        this.valueBytes = valueBytes;
        this.keys = keys;
        this.middle = ascii("\r\n$" + valueBytes + "\r\n");
        this.pool = new byte[Math.addExact(Math.max(POOL_BYTES, valueBytes), 64 << 10)];
        this.places = pool.length - valueBytes + 1;
        SeedStream bytes = SeedStream.named(seed, "payload.bytes");
        for (int i = 0; i + 8 <= pool.length; i += 8) {
            long value = bytes.nextLong();
            for (int j = 0; j < 8; j++) {
                pool[i + j] = (byte) (value >>> (8 * j));
            }
        }
        this.random = SeedStream.named(seed, "payload.keys");
    }

    int commandBytes() {
        return head.length + digits.length + middle.length + valueBytes + 2;
    }

    /** A write of a key drawn evenly. */
    void writeRandom(ByteBuf out) {
        write(out, random.nextInt(keys));
    }

    /** A write of the next key in order, beginning again after the last. */
    void writeNext(ByteBuf out) {
        write(out, (int) (sequence++ % keys));
    }

    private void write(ByteBuf out, int key) {
        int rest = key;
        for (int i = digits.length - 1; i >= 0; i--) {
            digits[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        out.writeBytes(head).writeBytes(digits).writeBytes(middle);
        out.writeBytes(pool, random.nextInt(places), valueBytes);
        out.writeByte('\r').writeByte('\n');
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
