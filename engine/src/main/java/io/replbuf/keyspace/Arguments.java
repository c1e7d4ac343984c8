package io.replbuf.keyspace;

import io.replbuf.resp.Request;
import java.nio.charset.StandardCharsets;

/** What many commands do with their arguments, and the errors that they share. Stateless. */
final class Arguments {
    static final String SYNTAX_ERROR = "ERR syntax error";
    static final String NO_SUCH_KEY = "ERR no such key";

    /** What Redis calls proto-max-bulk-len; the longest value there can be. */
    static final long VALUE_BYTES_MAX = 512L << 20;

    private Arguments() {}

    static CommandException syntaxError() {
        return new CommandException(SYNTAX_ERROR);
    }

    static long integer(Request request, int argument) {
        return Numbers.parse(
                request.buffer(), request.position(argument), request.length(argument));
    }

    static void checkValueLength(long length) {
        if (length > VALUE_BYTES_MAX) {
            throw new CommandException(
                    "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        }
    }

    static boolean equal(Request request, int argument, int other) {
        int length = request.length(argument);
        if (length != request.length(other)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (request.buffer().getByte(request.position(argument) + i)
                    != request.buffer().getByte(request.position(other) + i)) {
                return false;
            }
        }
        return true;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] ascii(long number) {
        return ascii(Long.toString(number));
    }
}
