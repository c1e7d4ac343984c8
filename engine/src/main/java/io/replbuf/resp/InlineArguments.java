package io.replbuf.resp;

import io.netty.buffer.ByteBuf;

/**
 * Splits a line into arguments as redis-cli and redis.conf write them: blanks separate, double quotes know the escapes
 * {@code \xHH \n \r \t \b \a}, single quotes only {@code \'}.
 *
 * <p>An unescaped argument is never longer than its spelling, so it is written over it in place.
 */
public final class InlineArguments {
    private InlineArguments() {}

    /**
     * Adds the arguments in {@code [start, lineEnd)} to {@code request}; a NUL ends the line, as in Redis.
     *
     * @return false if a quote is not closed, or is closed in the middle of a word
     */
    public static boolean split(ByteBuf in, int start, int lineEnd, Request request) {
        int nul = in.indexOf(start, lineEnd, (byte) 0);
        int end = nul < 0 ? lineEnd : nul; // where a C string ends
        int at = start;
        while (true) {
            while (at < end && isBlank(in.getByte(at))) {
                at++;
            }
            if (at == end) {
                return true;
            }
            int argument = at;
            int to = at;
            boolean done = false;
            while (at < end && !done) {
                int c = in.getByte(at);
                if (isBlank(c)) {
                    done = true;
                } else if (c == '"') {
                    long moved = unquoteDouble(in, at + 1, end, to);
                    if (moved < 0) {
                        return false;
                    }
                    at = (int) (moved >>> 32);
                    to = (int) moved;
                    done = true;
                } else if (c == '\'') {
                    long moved = unquoteSingle(in, at + 1, end, to);
                    if (moved < 0) {
                        return false;
                    }
                    at = (int) (moved >>> 32);
                    to = (int) moved;
                    done = true;
                } else {
                    if (to != at) {
                        in.setByte(to, c);
                    }
                    to++;
                    at++;
                }
            }
            request.addArgument(argument, to - argument);
        }
    }

    /** Unescapes from {@code at} to the closing quote; returns both new indexes (read, written) in one long, -1 if open. */
    private static long unquoteDouble(ByteBuf in, int at, int end, int to) {
        while (at < end) {
            int c = in.getByte(at);
            if (c == '"') {
                return closed(in, at + 1, end, to);
            }
            if (c == '\\' && at + 3 < end && in.getByte(at + 1) == 'x') {
                int high = Character.digit(in.getByte(at + 2), 16);
                int low = Character.digit(in.getByte(at + 3), 16);
                if (high >= 0 && low >= 0) {
                    in.setByte(to++, high << 4 | low);
                    at += 4;
                    continue;
                }
            }
            if (c == '\\' && at + 1 < end) {
                in.setByte(to++, unescaped(in.getByte(at + 1)));
                at += 2;
            } else {
                in.setByte(to++, c);
                at++;
            }
        }
        return -1;
    }

    private static long unquoteSingle(ByteBuf in, int at, int end, int to) {
        while (at < end) {
            int c = in.getByte(at);
            if (c == '\'') {
                return closed(in, at + 1, end, to);
            }
            if (c == '\\' && at + 1 < end && in.getByte(at + 1) == '\'') {
                in.setByte(to++, '\'');
                at += 2;
            } else {
                in.setByte(to++, c);
                at++;
            }
        }
        return -1;
    }

    /** A closing quote must be followed by a blank or nothing. */
    private static long closed(ByteBuf in, int at, int end, int to) {
        return at < end && !isBlank(in.getByte(at)) ? -1 : (long) at << 32 | to;
    }

    private static int unescaped(int c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> c;
        };
    }

    private static boolean isBlank(int c) {
        return c == ' ' || (c >= 9 && c <= 13);
    }
}
