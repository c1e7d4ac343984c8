package io.replbuf.buffer;

import io.replbuf.memory.Account;
import io.replbuf.memory.Extents;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What a factory is given.
 *
 * @param nanoClock a monotonic clock
 * @param extents source of native memory
 * @param account charged with all that the buffer retains; written on the command loop
 * @param helper runs what must not run on the command loop, in no particular order
 * @param history the stream kept elsewhere, null without
 * @param startOffset offset of the first byte that will be fed, at least 1
 * @param backlogBytes how much to keep for partial resyncs
 * @param options by the names that the factory describes; absent ones have their defaults
 */
public record BufferContext(
        LongSupplier nanoClock,
        Extents extents,
        Account account,
        Executor helper,
        StreamHistory history,
        long startOffset,
        long backlogBytes,
        Map<String, String> options) {

    /**
     * @throws IllegalArgumentException if what every buffer needs is missing; says what
     */
    public BufferContext {
        require("nanoClock", nanoClock, "a monotonic clock");
        require("extents", extents, "Extents");
        require("account", account, "an Account");
        require("options", options, "a map, empty for all defaults");
    }

    /**
     * Refuses a mistyped option, which would otherwise be its default in silence; the first call of a factory's {@link
     * ReplicationBufferFactory#create create}.
     *
     * @param described what the factory describes
     * @throws IllegalArgumentException if an option has another name than these; says the nearest
     */
    public void requireOptionsOf(List<BufferOption> described) {
        List<String> names = described.stream().map(BufferOption::name).toList();
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (!names.contains(option.getKey())) {
                String nearest = NearestName.of(option.getKey(), names);
                throw new IllegalArgumentException(
                        option.getKey()
                                + ": "
                                + option.getValue()
                                + " (expected: one of "
                                + names
                                + (nearest == null ? ")" : "; nearest: " + nearest + ")"));
            }
        }
    }

    static void require(String name, Object value, String expected) {
        if (value == null) {
            throw new IllegalArgumentException(name + ": null (expected: " + expected + ")");
        }
    }

    /** The option's value, or its default as the factory describes it. */
    public String option(BufferOption option) {
        return options.getOrDefault(option.name(), option.defaultValue());
    }

    /**
     * The value of an option that is either on or off.
     *
     * @throws IllegalArgumentException if it is neither yes nor no
     */
    public boolean yes(BufferOption option) {
        String value = option(option);
        return switch (value) {
            case "yes" -> true;
            case "no" -> false;
            default ->
                    throw new IllegalArgumentException(
                            option.name() + ": \"" + value + "\" (expected: yes or no)");
        };
    }
}
