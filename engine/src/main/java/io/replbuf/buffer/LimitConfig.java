package io.replbuf.buffer;

/**
 * {@code client-output-buffer-limit replica} as configured.
 *
 * @param hardBytes at which a replica is dropped at once, 0 for never
 * @param softBytes at which it is dropped after softSeconds, 0 for never
 * @param softSeconds how long it may stay above softBytes
 */
public record LimitConfig(long hardBytes, long softBytes, int softSeconds) {
    public LimitConfig {
        if (hardBytes < 0 || softBytes < 0 || softSeconds < 0) {
            throw new IllegalArgumentException(
                    "limit: "
                            + hardBytes
                            + " "
                            + softBytes
                            + " "
                            + softSeconds
                            + " (expected: each >= 0)");
        }
    }

    /** Where the first of both limits is; without any, farther than a stream gets. */
    public long nearestBytes() {
        long hard = hardBytes == 0 ? Long.MAX_VALUE / 4 : hardBytes;
        long soft = softBytes == 0 ? Long.MAX_VALUE / 4 : softBytes;
        return Math.min(hard, soft);
    }
}
