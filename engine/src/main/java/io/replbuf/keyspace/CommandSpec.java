package io.replbuf.keyspace;

import java.util.Locale;
import java.util.Set;

/**
 * A command as COMMAND describes it, and the code behind it. Immutable; any thread.
 *
 * @param name in lower case, as errors and COMMAND print it
 * @param arity number of arguments, the name included; negative: at least that many
 * @param firstKey argument that is the first key, 0 if there is none
 * @param lastKey the last key; negative counts from the end, -1 being the last argument
 * @param step distance between keys
 * @param since the Redis version that brought it
 * @param group as in Redis' documentation: {@code string}, {@code generic}, {@code server}, …
 */
public record CommandSpec(
        String name,
        int arity,
        Set<Flag> flags,
        int firstKey,
        int lastKey,
        int step,
        Command command,
        String since,
        String summary,
        String group) {

    /** What a command may do and when it may run, in the order and by the names of COMMAND's reply. */
    public enum Flag {
        WRITE,
        READONLY,
        DENYOOM,
        ADMIN,
        PUBSUB,
        NOSCRIPT,
        BLOCKING,
        LOADING,
        STALE,
        SKIP_MONITOR,
        SKIP_SLOWLOG,
        ASKING,
        FAST,
        NO_AUTH,
        NO_MULTI,
        MOVABLEKEYS,
        NO_ASYNC_LOADING,
        NO_MANDATORY_KEYS,
        ALLOW_BUSY,

        /**
         * Meets keys that it was not told, and may find some expired; their deletions are no unit. Not shown by COMMAND, as in
         * Redis.
         */
        TOUCHES_ARBITRARY_KEYS;

        private final String text = name().toLowerCase(Locale.ROOT);

        /** As COMMAND prints it. */
        public String text() {
            return text;
        }

        /** Whether COMMAND prints it. */
        public boolean shown() {
            return this != TOUCHES_ARBITRARY_KEYS;
        }
    }

    public CommandSpec {
        if (arity == 0 || !name.equals(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "command: " + name + ", arity " + arity + " (expected: lower case, not 0)");
        }
        flags = Set.copyOf(flags);
    }

    /** Whether {@code argc} arguments, the name included, are a number that this command takes. */
    public boolean accepts(int argc) {
        return arity > 0 ? argc == arity : argc >= -arity;
    }

    public boolean has(Flag flag) {
        return flags.contains(flag);
    }
}
