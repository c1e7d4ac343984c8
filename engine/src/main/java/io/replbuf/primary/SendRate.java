package io.replbuf.primary;

import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.MemoryCursor;
import java.util.concurrent.TimeUnit;

/**
 * {@code repl-log-send-rate}: a token bucket for what one replica is sent from the log.
 *
 * <p>The replica's loop only. It gives portions of about 20 ms' worth, so that a paced replica costs 50 sends a second, and it
 * saves up at most a tenth of a second's.
 */
final class SendRate {
    static final BufferOption OPTION =
            new BufferOption(
                    "repl-log-send-rate",
                    "0",
                    "most bytes per second that a replica is sent from the log; 0 without a limit");

    private static final int PORTIONS_PER_SECOND = 50;
    private static final int SAVED_PER_SECOND = 10;

    private final long bytesPerSecond;
    private final long portionBytes;
    private final long savedBytesMax;
    private long tokens;
    private long filledNanos;

    /**
     * @param bytesPerSecond at least 1
     * @param now in the nanoseconds of the clock that the other methods are asked with
     */
    SendRate(long bytesPerSecond, long now) {
        this.bytesPerSecond = bytesPerSecond;
        this.portionBytes =
                Math.max(
                        1,
                        Math.min(
                                bytesPerSecond / PORTIONS_PER_SECOND,
                                MemoryCursor.MAX_SLICE_BYTES));
        this.savedBytesMax = Math.max(portionBytes, bytesPerSecond / SAVED_PER_SECOND);
        this.tokens = portionBytes;
        this.filledNanos = now;
    }

    /** What may be sent now in bytes; 0 if less than a portion has gathered. */
    int allowed(long now) {
        fill(now);
        return tokens < portionBytes ? 0 : (int) Math.min(tokens, Integer.MAX_VALUE);
    }

    /** How long until a portion will have gathered, in nanoseconds; after {@link #allowed} said 0. */
    long waitNanos() {
        return nanosFor(portionBytes - tokens);
    }

    void took(long bytes) {
        tokens -= bytes;
    }

    private void fill(long now) {
        long elapsed = now - filledNanos;
        if (elapsed >= nanosFor(savedBytesMax - tokens)) {
            tokens = savedBytesMax;
            filledNanos = now;
            return;
        }
        // Less than a tenth of a second's worth and below a debt of one region: no overflow in
        // double.
        long gained = (long) ((double) elapsed * bytesPerSecond / TimeUnit.SECONDS.toNanos(1));
        if (gained > 0) {
            tokens += gained;
            // Only what was paid for, so that many short looks lose nothing.
            filledNanos += nanosFor(gained);
        }
    }

    private long nanosFor(long bytes) {
        return (long) Math.ceil((double) bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
    }
}
