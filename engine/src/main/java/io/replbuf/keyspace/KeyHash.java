package io.replbuf.keyspace;

import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * SipHash-1-3 of a key under a random seed, so that nobody can choose keys that collide. Immutable.
 *
 * <p>One round per eight bytes and three at the end: the variant that language runtimes use for their tables.
 */
final class KeyHash {
    private final long k0;
    private final long k1;

    KeyHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    static KeyHash random() {
        SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
        return new KeyHash(random.nextLong(), random.nextLong());
    }

    long hash(ByteBuf key, int index, int length) {
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        int whole = length & -Long.BYTES;
        long last = (long) length << 56;
        for (int i = 0; i <= whole; i += Long.BYTES) {
            long word;
            if (i < whole) {
                word = key.getLongLE(index + i);
            } else {
                word = last | tail(key, index + whole, length - whole);
            }
            v3 ^= word;
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
        }
        v2 ^= 0xff;
        for (int i = 0; i < 3; i++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static long tail(ByteBuf key, int index, int length) {
        long word = 0;
        for (int i = 0; i < length; i++) {
            word |= (key.getByte(index + i) & 0xffL) << (8 * i);
        }
        return word;
    }
}
