package io.replbuf.buffer;

import java.util.stream.LongStream;

/** Seeds of random tests: a few fixed ones and a fresh one, or the one of {@code -Dreplbuf.seed}. */
public final class Seeds {
    static final int FIXED = Integer.getInteger("replbuf.seeds", 6);

    private Seeds() {}

    /** A random test. */
    @FunctionalInterface
    public interface Seeded {
        void run(long seed) throws Exception;
    }

    /** Runs {@code test} with each seed; a failure names the one to replay. */
    public static void each(Seeded test) {
        each(FIXED, test);
    }

    /** The same with {@code fixed} fixed seeds, for a test that runs in many configurations. */
    public static void each(int fixed, Seeded test) {
        Long one = Long.getLong("replbuf.seed");
        LongStream seeds =
                one != null
                        ? LongStream.of(one)
                        : LongStream.concat(
                                LongStream.rangeClosed(1, fixed), LongStream.of(System.nanoTime()));
        seeds.forEach(seed -> run(test, seed));
    }

    private static void run(Seeded test, long seed) {
        try {
            test.run(seed);
        } catch (Exception | AssertionError e) {
            throw new AssertionError(e.getMessage() + "\nReplay with -Dreplbuf.seed=" + seed, e);
        }
    }
}
