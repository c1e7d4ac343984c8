package io.replbuf.primary;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code repl-buffer-send-delay-micros}: how long small sends may be gathered. */
public final class SendDelay {
    public static final String NAME = "repl-buffer-send-delay-micros";
    public static final String DEFAULT = "300";
    private static final int MAX_MICROS = 100_000;

    private SendDelay() {}

    /**
     * @throws IllegalArgumentException if it is no number in range
     */
    static long parse(Map<String, String> options) {
        String value = options.getOrDefault(NAME, DEFAULT);
        try {
            int micros = Integer.parseInt(value);
            if (micros >= 0 && micros <= MAX_MICROS) {
                return TimeUnit.MICROSECONDS.toNanos(micros);
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for both mistakes.
        }
        throw new IllegalArgumentException(
                NAME + ": " + value + " (expected: 0 to " + MAX_MICROS + ")");
    }
}
