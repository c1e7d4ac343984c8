package io.replbuf.harness.replica;

/** How many bytes may be read by now, at a rate: the shape of a slow link or a slow reader. Not thread-safe. */
final class TokenBucket {
    /** What may be read at once after a rest: 20 ms of the rate, so that a rate of 1 MiB/s stays one at the scale of a chart. */
    private static final double BURST_SECONDS = 0.02;

    /** Below this a read is not worth its system call. */
    private static final int QUANTUM_MIN = 512;

    private final double bytesPerNano;
    private final double burst;
    private double tokens;
    private long filledAt;

    TokenBucket(long bytesPerSecond, long nowNanos) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException(
                    "rate: " + bytesPerSecond + " (expected: 1 byte a second or more)");
        }
        bytesPerNano = bytesPerSecond / 1e9;
        burst = Math.max(QUANTUM_MIN, bytesPerSecond * BURST_SECONDS);
        filledAt = nowNanos;
    }

    /** Bytes that may be read now; 0 while they are too few to be worth it. */
    int available(long nowNanos, int most) {
        tokens = Math.min(burst, tokens + (nowNanos - filledAt) * bytesPerNano);
        filledAt = nowNanos;
        return tokens < Math.min(QUANTUM_MIN, most) ? 0 : (int) Math.min(tokens, most);
    }

    void take(int bytes) {
        tokens -= bytes;
    }

    /** Time until {@link #available} is no longer 0, and until a tenth of the burst is there. */
    long nanosUntilWorthwhile() {
        double wanted = Math.max(QUANTUM_MIN, burst / 4);
        return Math.max(100_000L, (long) ((wanted - tokens) / bytesPerNano));
    }
}
