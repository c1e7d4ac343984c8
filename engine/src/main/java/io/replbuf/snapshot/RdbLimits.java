package io.replbuf.snapshot;

/**
 * Bounds on what a reader accepts, so that a corrupt length is an error and not an allocation.
 *
 * @param stringBytesMax longest key or value in bytes ({@code proto-max-bulk-len})
 * @param databases {@code SELECTDB} must be below it
 */
public record RdbLimits(int stringBytesMax, int databases) {
    /** 512 MB a string, as Redis; 16 databases. */
    public static final RdbLimits DEFAULT = new RdbLimits(512 << 20, 16);

    public RdbLimits {
        if (stringBytesMax < 1) {
            throw new IllegalArgumentException(
                    "stringBytesMax: " + stringBytesMax + " (expected: >= 1)");
        }
        if (databases < 1) {
            throw new IllegalArgumentException("databases: " + databases + " (expected: >= 1)");
        }
    }
}
