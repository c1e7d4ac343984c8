package io.replbuf.shared;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ByteSize;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The options of {@code shared} and what they conclude to.
 *
 * <p>{@link #RULES} sets what every option with the value {@code auto} means; an option of its own overrides it, so that each of
 * our changes to Redis' design can be measured alone, from either side.
 */
final class SharedOptions {
    private static final String AUTO = "auto";
    private static final String REDIS7 = "redis7";

    static final BufferOption RULES =
            new BufferOption(
                    "repl-buffer-rules",
                    "replbuf",
                    "Whose rules apply where an option says auto: replbuf for ours, redis7 for those of Redis 7.0.");

    static final BufferOption LAYOUT =
            new BufferOption(
                    "repl-buffer-block-layout",
                    AUTO,
                    "fixed for blocks of one capacity that an offset's division finds, redis7 for blocks sized by what is left of an argument, 16384"
                            + " to the larger of that and a sixteenth of the backlog, with every 64th of them indexed; auto is fixed, or"
                            + " redis7 under its rules.");

    static final BufferOption BLOCK_SIZE =
            new BufferOption(
                    "repl-buffer-block-size",
                    Integer.toString(SharedConfig.DEFAULT_BLOCK_BYTES),
                    "Capacity of a fixed block in bytes, a power of two, 64 to 1048576; lowered to a sixteenth of the backlog"
                            + " where that is less, but not below 16384 on that account.");

    static final BufferOption NEIGHBOURS =
            new BufferOption(
                    "repl-buffer-neighbours",
                    AUTO,
                    "Whether fixed blocks are put side by side where possible and sent as one stretch of up to 256 KiB; with no, a"
                            + " send ends with its block; auto is yes, or no under redis7.");

    static final BufferOption GIVE_BACK =
            new BufferOption(
                    "repl-buffer-give-back",
                    "yes",
                    "Whether memory goes back to the operating system, an extent of 32 MiB at a time, as a laggard leaves; with no it is"
                            + " kept for the next one.");

    static final BufferOption SOFT_LIMIT_FLOOR =
            new BufferOption(
                    "repl-buffer-soft-limit-floor",
                    AUTO,
                    "Whether the soft output limit of replicas counts as the backlog size where it is smaller, as the hard"
                            + " limit always does; auto is yes, or no under redis7.");

    static final BufferOption LIMIT_PATIENCE =
            new BufferOption(
                    "repl-buffer-limit-patience-millis",
                    AUTO,
                    "For how long a replica that takes what it is owed may be beyond an output limit, in milliseconds, 0 to 60000, so that"
                            + " a value larger than the limit drops nobody who keeps up; one that has taken nothing for so long is"
                            + " dropped at once. auto is 100, or 0 under redis7.");

    static final BufferOption TRIM_STEP =
            new BufferOption(
                    "repl-buffer-trim-step",
                    "64",
                    "Most blocks trimmed for each block that is added and for a replica that leaves, 0 to 1000000; the event loop trims"
                            + " up to 640 more at the end of each turn. 0 leaves all to that.");

    static final BufferOption BACKLOG_SECONDS =
            new BufferOption(
                    "repl-buffer-backlog-seconds",
                    "0",
                    "How long the backlog keeps a byte at most, in seconds, 0 to 31536000; the backlog's size bounds it as well."
                            + " 0 for no bound by time.");

    static final BufferOption GRACE_SECONDS =
            new BufferOption(
                    "repl-buffer-grace-seconds",
                    "0",
                    "For how long the place of a replica is kept that an output limit dropped, in seconds, 0 to 86400: if it comes back"
                            + " in time, it continues, and has the rest of that time to catch up. 0 for not at all.");

    static final BufferOption GRACE_BYTES =
            new BufferOption(
                    "repl-buffer-grace-bytes",
                    "1gb",
                    "How far the stream may run ahead of a place that is kept for a dropped replica, in bytes; beyond that it is given"
                            + " up.");

    static final BufferOption GRACE_MARGIN =
            new BufferOption(
                    "repl-buffer-grace-margin",
                    "8mb",
                    "With repl-buffer-grace-seconds: how much is kept behind every replica, in bytes, since what its socket took may be"
                            + " lost when it is dropped, and it resumes at a whole command.");

    static final List<BufferOption> ALL =
            List.of(
                    RULES,
                    LAYOUT,
                    BLOCK_SIZE,
                    NEIGHBOURS,
                    GIVE_BACK,
                    SOFT_LIMIT_FLOOR,
                    LIMIT_PATIENCE,
                    TRIM_STEP,
                    BACKLOG_SECONDS,
                    GRACE_SECONDS,
                    GRACE_BYTES,
                    GRACE_MARGIN);

    private final BufferContext context;
    private final boolean redis7;

    private SharedOptions(BufferContext context) {
        this.context = context;
        this.redis7 = choice(RULES, RULES.defaultValue(), REDIS7).equals(REDIS7);
    }

    /**
     * @throws IllegalArgumentException naming option, value and what was expected
     */
    static SharedConfig conclude(BufferContext context) {
        return new SharedOptions(context).conclude();
    }

    private SharedConfig conclude() {
        long graceSeconds = number(GRACE_SECONDS, 86_400);
        return new SharedConfig(
                sizedBlocks(),
                (int) number(BLOCK_SIZE, Integer.MAX_VALUE),
                ours(NEIGHBOURS),
                context.yes(GIVE_BACK),
                ours(SOFT_LIMIT_FLOOR),
                limitPatienceMillis(),
                (int) number(TRIM_STEP, 1_000_000),
                TimeUnit.SECONDS.toNanos(number(BACKLOG_SECONDS, 31_536_000)),
                graceSeconds == 0
                        ? SharedConfig.Grace.NONE
                        : new SharedConfig.Grace(
                                TimeUnit.SECONDS.toNanos(graceSeconds),
                                bytes(GRACE_BYTES),
                                bytes(GRACE_MARGIN)));
    }

    private boolean sizedBlocks() {
        String layout = choice(LAYOUT, AUTO, "fixed", REDIS7);
        return layout.equals(AUTO) ? redis7 : layout.equals(REDIS7);
    }

    /** Something that we do and Redis 7.0 does not. */
    private boolean ours(BufferOption option) {
        String value = choice(option, AUTO, "yes", "no");
        return value.equals(AUTO) ? !redis7 : value.equals("yes");
    }

    private int limitPatienceMillis() {
        String value = context.option(LIMIT_PATIENCE);
        if (value.equals(AUTO)) {
            return redis7 ? 0 : SharedConfig.DEFAULT_LIMIT_PATIENCE_MILLIS;
        }
        return (int) digits(LIMIT_PATIENCE, 60_000, "auto or digits");
    }

    private String choice(BufferOption option, String... expected) {
        String value = context.option(option);
        if (!List.of(expected).contains(value)) {
            throw refuse(option, value, String.join(" or ", expected));
        }
        return value;
    }

    private long number(BufferOption option, long most) {
        return digits(option, most, "digits");
    }

    private long digits(BufferOption option, long most, String expected) {
        String value = context.option(option);
        if (!value.matches("[0-9]{1,10}") || Long.parseLong(value) > most) {
            throw refuse(option, value, expected + ", 0 to " + most);
        }
        return Long.parseLong(value);
    }

    private long bytes(BufferOption option) {
        return ByteSize.parse(option.name(), context.option(option), 0);
    }

    private static IllegalArgumentException refuse(
            BufferOption option, String value, String expected) {
        return new IllegalArgumentException(
                option.name() + ": \"" + value + "\" (expected: " + expected + ")");
    }
}
