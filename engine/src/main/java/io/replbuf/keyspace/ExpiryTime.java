package io.replbuf.keyspace;

import java.util.concurrent.TimeUnit;

/** Arithmetic of expiries as SET, GETEX and EXPIRE do it. Stateless. */
final class ExpiryTime {
    private ExpiryTime() {}

    /**
     * The moment that an option of SET or GETEX names; it must lie behind 1970, as Redis wants it.
     *
     * @param command in lower case, for the error
     */
    static long positive(
            long number, TimeUnit unit, boolean relative, long nowMillis, String command) {
        if (number <= 0) {
            throw invalid(command);
        }
        return at(number, unit, relative, nowMillis, command);
    }

    /** The moment that EXPIRE and its like name: any that does not overflow. */
    static long at(long number, TimeUnit unit, boolean relative, long nowMillis, String command) {
        long millis = number;
        if (unit == TimeUnit.SECONDS) {
            if (number > Long.MAX_VALUE / 1000 || number < Long.MIN_VALUE / 1000) {
                throw invalid(command);
            }
            millis = number * 1000;
        }
        long base = relative ? nowMillis : 0;
        if (millis > Long.MAX_VALUE - base) {
            throw invalid(command);
        }
        return millis + base;
    }

    private static CommandException invalid(String command) {
        return new CommandException("ERR invalid expire time in '" + command + "' command");
    }
}
