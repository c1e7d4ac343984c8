package io.replbuf.primary;

import io.replbuf.buffer.BufferOption;
import io.replbuf.log.ByteSize;
import java.util.List;
import java.util.Map;

/**
 * How replicas are sent to, concluded.
 *
 * @param delayNanos how long small sends may be gathered
 * @param logBytesPerSecond most that a replica is sent from the log; 0 without a limit
 * @param senderThreads loops of their own for replicas that read the log; 0: the replica loops read it
 */
public record SendConfig(long delayNanos, long logBytesPerSecond, int senderThreads) {
    private static final int SENDER_THREADS_MAX = 64;

    private static final BufferOption SENDER_THREADS =
            new BufferOption(
                    "repl-log-sender-threads",
                    "1",
                    "event loops for replicas that are sent to from the log, 0 to 64; 0: replica loops do it");

    /** Every directive about sending from the log, with its default. */
    public static List<BufferOption> logOptions() {
        return List.of(SENDER_THREADS, SendRate.OPTION);
    }

    /**
     * @param directives by name; absent ones have their defaults
     * @throws IllegalArgumentException naming the directive, its value and what was expected
     */
    public static SendConfig of(Map<String, String> directives) {
        return new SendConfig(
                SendDelay.parse(directives),
                ByteSize.parse(SendRate.OPTION.name(), text(directives, SendRate.OPTION), 0),
                senderThreads(text(directives, SENDER_THREADS)));
    }

    private static int senderThreads(String value) {
        if (value.matches("[0-9]{1,2}") && Integer.parseInt(value) <= SENDER_THREADS_MAX) {
            return Integer.parseInt(value);
        }
        throw new IllegalArgumentException(
                SENDER_THREADS.name()
                        + ": \""
                        + value
                        + "\" (expected: 0 to "
                        + SENDER_THREADS_MAX
                        + ")");
    }

    private static String text(Map<String, String> directives, BufferOption option) {
        return directives.getOrDefault(option.name(), option.defaultValue());
    }
}
