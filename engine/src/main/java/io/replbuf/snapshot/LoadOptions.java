package io.replbuf.snapshot;

import java.util.function.LongSupplier;

/**
 * How an RDB is loaded.
 *
 * @param limits bounds on what is accepted
 * @param nowMillis the moment at which a key counts as expired: one for the whole load, as in Redis
 * @param dropExpired leave keys out that have expired, as a primary does; a replica keeps them until its primary deletes them
 * @param progressBytes {@code loading-process-events-interval-bytes}: the listener hears at least this often
 * @param keyLoadDelayMicros {@code key-load-delay}: microseconds after each key, or if negative 1 µs after about every n-th
 */
public record LoadOptions(
        RdbLimits limits,
        long nowMillis,
        boolean dropExpired,
        long progressBytes,
        LongSupplier keyLoadDelayMicros) {
    private static final long PROGRESS_BYTES = 2 << 20;

    public LoadOptions {
        if (progressBytes < 1) {
            throw new IllegalArgumentException(
                    "progressBytes: " + progressBytes + " (expected: >= 1)");
        }
    }

    /** A primary's load with Redis' defaults. */
    public static LoadOptions primary(long nowMillis) {
        return new LoadOptions(RdbLimits.DEFAULT, nowMillis, true, PROGRESS_BYTES, () -> 0);
    }
}
