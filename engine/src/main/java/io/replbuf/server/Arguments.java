package io.replbuf.server;

import io.replbuf.resp.Request;

/** Reads numbers out of requests with Redis' error texts. */
final class Arguments {
    static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
    static final String SYNTAX = "ERR syntax error";

    private Arguments() {}

    /** Argument {@code i} as Redis reads integers: no plus sign, no leading zero, no blank; null if it is none. */
    static Long integer(Request request, int i) {
        String text = request.text(i);
        try {
            long value = Long.parseLong(text);
            return Long.toString(value).equals(text) ? value : null;
        } catch (NumberFormatException e) {
            return null; // the caller's reply says so
        }
    }

    /** Argument {@code i}, or null after an error reply. */
    static Long integer(Call call, int i, long min, long max) {
        Long value = integer(call.request(), i);
        if (value == null || value < min || value > max) {
            call.reply().error(NOT_AN_INTEGER);
            return null;
        }
        return value;
    }
}
