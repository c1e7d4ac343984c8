package io.replbuf.harness.scenario;

import java.nio.charset.StandardCharsets;

/**
 * A stream of random numbers that a seed and a name determine, the same on every machine and every JDK.
 *
 * <p>The generator is SplitMix64 (Steele, Lea, Flood 2014); the name is folded in by FNV-1a and mixed, so that streams of one
 * seed are unrelated and adding one leaves the others as they were. Not thread safe.
 */
public final class SeedStream {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    private SeedStream(long state) {
        this.state = state;
    }

    public static SeedStream named(long seed, String name) {
        return new SeedStream(derive(seed, name));
    }

    /** A seed of its own for something that brings its own generator. */
    public static long derive(long seed, String name) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return mix(mix(seed + GOLDEN_GAMMA) ^ hash);
    }

    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Evenly from [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Evenly from 0 to bound - 1; the bias of the multiplication is below 2^-32 for every bound used here. */
    public int nextInt(int bound) {
        Check.range("bound", bound, 1, Integer.MAX_VALUE);
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** A standard normal number by Box and Muller; takes two numbers and forgets the pair's other half. */
    public double nextGaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
        return radius * StrictMath.cos(2 * StrictMath.PI * nextDouble());
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
