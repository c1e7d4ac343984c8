package io.replbuf.keyspace;

/**
 * The sizes in which the keyspace takes memory: steps of 16 bytes up to 128, then eight steps to each doubling.
 *
 * <p>So a record wastes at most an eighth of its size beyond the granule, and one that grows by small appends is copied a
 * number of times that is logarithmic in its size.
 */
final class SizeClasses {
    /** References count memory in granules, so that 32 bits reach 64 GiB. */
    static final int GRANULE = 16;

    private static final int LINEAR_BYTES = 128;
    private static final int LINEAR = LINEAR_BYTES / GRANULE;
    private static final int LOG_LINEAR_BYTES = 7;
    private static final int STEPS_LOG = 3;
    private static final int STEPS = 1 << STEPS_LOG;

    private SizeClasses() {}

    /** Index of the smallest class that holds {@code bytes}, 1 or more. */
    static int of(int bytes) {
        if (bytes <= LINEAR_BYTES) {
            return (bytes + GRANULE - 1) / GRANULE - 1;
        }
        int log = 31 - Integer.numberOfLeadingZeros(bytes - 1);
        int step = (bytes - 1) >>> (log - STEPS_LOG) & (STEPS - 1);
        return LINEAR + (log - LOG_LINEAR_BYTES) * STEPS + step;
    }

    /** Capacity of class {@code index} in bytes, a multiple of the granule. */
    static int bytes(int index) {
        if (index < LINEAR) {
            return (index + 1) * GRANULE;
        }
        int log = (index - LINEAR) / STEPS + LOG_LINEAR_BYTES;
        int step = (index - LINEAR) % STEPS;
        return (STEPS + step + 1) << (log - STEPS_LOG);
    }
}
