package io.replbuf.primary;

import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ByteSize;
import io.replbuf.buffer.MemoryCursor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How replicas are sent to, concluded.
 *
 * @param delayNanosMax how long small sends may be gathered at most; see {@link SendPace}
 * @param callBytes most bytes handed to a socket in one call
 * @param quantumBytes what one replica is sent before the others of its loop have their turn
 * @param logBytesPerSecond most that a replica is sent from the log; 0 without a limit
 * @param onlySynced whether the strategy gives out only what the log has synced, so that feeding makes nothing ready
 * @param lagBytesMax how far a replica whose socket takes more may be behind before writers wait, at most; 0 without a bound
 * @param senderThreads loops of their own for replicas that read the log; 0: the replica loops read it
 */
public record SendConfig(
        long delayNanosMax,
        int callBytes,
        int quantumBytes,
        long logBytesPerSecond,
        boolean onlySynced,
        long lagBytesMax,
        int senderThreads) {
    /** These four are the server's own directives, with the defaults of its table. */
    private static final String DELAY = "repl-buffer-send-delay-micros";

    private static final String CALL = "repl-buffer-send-max-bytes";
    private static final String QUANTUM = "repl-buffer-send-quantum";
    private static final String LAG = "repl-buffer-send-lag-max";

    private static final int DELAY_MICROS_DEFAULT = 500;
    private static final int DELAY_MICROS_MAX = 100_000;

    /** From here on a longer call gains nothing, and a closing cursor would hold more. */
    private static final int CALL_BYTES_MAX = MemoryCursor.MAX_SLICE_BYTES;

    private static final int CALL_BYTES_MIN = 1 << 10;

    /**
     * One call's worth: so all replicas of a loop that are equally far behind are sent the same stretch one after the other,
     * while the processor's cache still has it.
     */
    private static final int QUANTUM_BYTES_DEFAULT = CALL_BYTES_MAX;

    private static final int QUANTUM_BYTES_MAX = 1 << 30;

    private static final String LAG_DEFAULT = "4mb";

    private static final int SENDER_THREADS_MAX = 64;

    private static final String ONLY_SYNCED = "repl-log-send-only-synced";

    private static final BufferOption SENDER_THREADS =
            new BufferOption(
                    "repl-log-sender-threads",
                    "1",
                    "event loops for replicas that are sent to from the log, 0 to 64; 0: replica loops do it");

    /** Those of the server's own directives that {@link #of} reads. */
    public static List<String> serverDirectives() {
        return List.of(DELAY, CALL, QUANTUM, LAG);
    }

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
                TimeUnit.MICROSECONDS.toNanos(
                        number(directives, DELAY, DELAY_MICROS_DEFAULT, 0, DELAY_MICROS_MAX)),
                number(directives, CALL, CALL_BYTES_MAX, CALL_BYTES_MIN, CALL_BYTES_MAX),
                number(
                        directives,
                        QUANTUM,
                        QUANTUM_BYTES_DEFAULT,
                        CALL_BYTES_MIN,
                        QUANTUM_BYTES_MAX),
                ByteSize.parse(SendRate.OPTION.name(), text(directives, SendRate.OPTION), 0),
                onlySynced(directives),
                ByteSize.parse(LAG, directives.getOrDefault(LAG, LAG_DEFAULT), 0),
                senderThreads(text(directives, SENDER_THREADS)));
    }

    private static int number(
            Map<String, String> directives, String name, int byDefault, int min, int max) {
        String value = directives.get(name);
        long bytes = value == null ? byDefault : ByteSize.parse(name, value, min);
        if (bytes > max) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: " + min + " to " + max + ")");
        }
        return (int) bytes;
    }

    /** The strategy's option, which describes and checks it; only what it means with another one is ours to say. */
    private static boolean onlySynced(Map<String, String> directives) {
        boolean only = "yes".equals(directives.get(ONLY_SYNCED));
        if (only && "no".equals(directives.get("appendfsync"))) {
            throw new IllegalArgumentException(
                    ONLY_SYNCED
                            + ": yes (expected: no, with appendfsync no: nothing would ever be synced)");
        }
        return only;
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
