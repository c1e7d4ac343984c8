package io.replbuf.server;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One directive: its names, what values it takes, and whether this server has what it configures. Immutable.
 *
 * @param alias a second name of the same value, null without
 * @param min least number accepted, for {@link Kind#INT} and {@link Kind#MEMORY}
 * @param max largest number accepted
 * @param least what a smaller number that is accepted is raised to without a word
 * @param most what a larger one is lowered to
 * @param choices for {@link Kind#ENUM}
 * @param defaultValue in normal spelling
 */
record Directive(
        String name,
        String alias,
        Kind kind,
        long min,
        long max,
        long least,
        long most,
        List<String> choices,
        Support support,
        Set<Trait> traits,
        String defaultValue) {

    /** What values it takes. */
    enum Kind {
        BOOL(false),
        INT(false),
        MEMORY(false),
        /** Bytes, or a part of maxmemory. */
        SHARE(false),
        ENUM(false),
        TEXT(false),
        /** A file's name without a folder. */
        FILE(false),
        WORDS(true),
        PRIMARY(true),
        SAVE(true),
        LIMITS(true),
        SHUTDOWN(true),
        EVENTS(false),
        SCORES(true),
        PERCENTILES(true),
        TITLE(false);

        /** Whether it takes any number of arguments, which may also come as one with blanks between them. */
        final boolean several;

        Kind(boolean several) {
            this.several = several;
        }
    }

    /** What becomes of a value. */
    enum Support {
        LIVE,
        START,
        INERT,
        ABSENT
    }

    /** What else is peculiar. */
    enum Trait {
        HIDDEN,
        PROTECTED,
        IMMUTABLE,
        DENY_LOADING
    }

    /**
     * The value in normal spelling: bytes as digits, words in lower case.
     *
     * @param arguments as written
     * @param current the present value, for kinds that change a part of it
     * @throws ConfigException with Redis' reason
     */
    String normalize(List<String> arguments, String current) throws ConfigException {
        String value =
                switch (kind) {
                    case SAVE -> SavePoints.normalize(arguments);
                    case LIMITS -> ClientLimits.normalize(arguments, current);
                    case WORDS -> words(arguments);
                    case PRIMARY -> InertValues.primary(arguments);
                    case SHUTDOWN -> ShutdownMode.parse(arguments).toString();
                    case SCORES -> InertValues.scores(arguments);
                    case PERCENTILES -> InertValues.percentiles(arguments);
                    default -> scalar(single(arguments));
                };
        if (support == Support.ABSENT && !value.equals(defaultValue)) {
            throw new ConfigException(
                    name
                            + " is part of Redis that this server does not have yet (only '"
                            + defaultValue
                            + "' is accepted)");
        }
        return value;
    }

    private static String words(List<String> arguments) throws ConfigException {
        if (arguments.isEmpty()) {
            throw wrongNumber();
        }
        return String.join(" ", arguments);
    }

    private static String single(List<String> arguments) throws ConfigException {
        if (arguments.size() != 1) {
            throw wrongNumber();
        }
        return arguments.get(0);
    }

    private static ConfigException wrongNumber() {
        return new ConfigException("wrong number of arguments");
    }

    private String scalar(String value) throws ConfigException {
        return switch (kind) {
            case BOOL -> {
                String word = value.toLowerCase(Locale.ROOT);
                if (!word.equals("yes") && !word.equals("no")) {
                    throw new ConfigException("argument must be 'yes' or 'no'");
                }
                yield word;
            }
            case INT -> integer(value);
            case MEMORY -> {
                long bytes = MemorySize.parse(value);
                if (bytes < 0) {
                    throw new ConfigException("argument must be a memory value");
                }
                yield Long.toString(inRange(bytes));
            }
            case ENUM -> {
                String word = value.toLowerCase(Locale.ROOT);
                if (!choices.contains(word)) {
                    throw new ConfigException(
                            "argument(s) must be one of the following: "
                                    + String.join(", ", choices));
                }
                yield word;
            }
            case SHARE -> InertValues.share(value);
            case EVENTS -> InertValues.events(value);
            case TITLE -> InertValues.title(value);
            case FILE -> fileName(value);
            default -> value;
        };
    }

    private String integer(String value) throws ConfigException {
        // unixsocketperm is written in octal; Redis prints it so as well.
        int radix = name.equals("unixsocketperm") ? 8 : 10;
        long number;
        try {
            number = Long.parseLong(value, radix);
        } catch (NumberFormatException e) {
            throw new ConfigException("argument couldn't be parsed into an integer");
        }
        return Long.toString(inRange(number), radix);
    }

    private long inRange(long number) throws ConfigException {
        if (number < min || number > max) {
            throw new ConfigException(
                    "argument must be between " + min + " and " + max + " inclusive");
        }
        return Math.min(Math.max(number, least), most);
    }

    private String fileName(String value) throws ConfigException {
        if (value.indexOf('/') >= 0 || value.indexOf('\\') >= 0) {
            throw new ConfigException(
                    name
                            + " can't be a path, just a "
                            + (name.endsWith("dirname") ? "dirname" : "filename"));
        }
        // Redis takes an empty dbfilename, and fails when it saves.
        if (value.isEmpty() && name.startsWith("append")) {
            throw new ConfigException(name + " can't be empty");
        }
        return value;
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }
}
