package io.replbuf.log;

import io.replbuf.resp.RespLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * Finds the last place in a file that lies between two commands and outside a transaction.
 *
 * <p>Reads structure, not content: arguments are skipped by their length, and only MULTI, EXEC and SELECT are looked at. What
 * the stream holds is canonical RESP, so that anything else is either the end of a write that a crash cut off or damage. One
 * thread; bounded memory whatever the file says.
 */
final class CommandScanner {
    private static final int WINDOW_BYTES = 64 << 10;

    /** More digits than any length that a server sends. */
    private static final int DIGITS_MAX = 10;

    private static final int UNKNOWN_DB = -1;

    /** Longest name that is looked at, SELECT. */
    private static final int NAME_BYTES_MAX = 6;

    /** What stands behind the last whole command. */
    enum Tail {
        /** Nothing. */
        WHOLE,
        /** The beginning of a command or a transaction, or zeros that a file system put in place of data not yet on it. */
        TORN,
        /** Something that no server wrote: damage. */
        MALFORMED
    }

    private final FileChannel file;
    private final long end;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);

    /** Of the window's first byte. */
    private long windowStart;

    private long boundary;
    private int boundaryDb;
    private int db;
    private boolean inTransaction;
    private Tail tail = Tail.WHOLE;
    private String reason;

    /**
     * @param from a position between two commands, outside a transaction
     * @param end behind the last byte to look at
     * @param db selected at {@code from}; -1 if a SELECT follows
     */
    CommandScanner(FileChannel file, long from, long end, int db) {
        this.file = file;
        this.end = end;
        this.windowStart = from;
        this.boundary = from;
        this.boundaryDb = db;
        this.db = db;
        window.limit(0);
    }

    /** Scans to the end, or to where it cannot go on. */
    CommandScanner scan() throws IOException {
        boolean whole = true;
        while (whole && position() < end) {
            whole = command();
            if (whole && !inTransaction) {
                boundary = position();
                boundaryDb = db;
            }
        }
        if (whole && inTransaction) {
            torn("a transaction without EXEC");
        }
        return this;
    }

    /** Position behind the last whole command that is outside a transaction. */
    long boundary() {
        return boundary;
    }

    /** The database selected there; -1 if no SELECT was seen. */
    int db() {
        return boundaryDb;
    }

    Tail tail() {
        return tail;
    }

    /** What stands behind the boundary; null if nothing does. */
    String reason() {
        return reason;
    }

    private boolean command() throws IOException {
        long count = number('*', RespLimits.ARGUMENTS);
        if (count < 0) {
            return false;
        }
        if (count == 0) {
            return malformed(position(), "a command without a name");
        }
        String name = null;
        String first = null;
        for (int i = 0; i < count; i++) {
            long length = number('$', Integer.MAX_VALUE);
            if (length < 0) {
                return false;
            }
            if (i < 2 && length <= NAME_BYTES_MAX) {
                String word = word((int) length);
                if (i == 0) {
                    name = word;
                } else {
                    first = word;
                }
            } else {
                skip(length);
            }
            if (!lineEnd()) {
                return false;
            }
        }
        if (name != null) {
            note(name, first);
        }
        return true;
    }

    private void note(String name, String argument) {
        if (name.equalsIgnoreCase("multi")) {
            inTransaction = true;
        } else if (name.equalsIgnoreCase("exec")) {
            inTransaction = false;
        } else if (name.equalsIgnoreCase("select")) {
            db =
                    argument != null && argument.matches("[0-9]{1,6}")
                            ? Integer.parseInt(argument)
                            : UNKNOWN_DB;
        }
    }

    /**
     * @return -1 if there is none, and then the tail says why
     */
    private long number(char lead, long max) throws IOException {
        long at = position();
        int c = read();
        if (c != lead) {
            stop(c, at, "'" + lead + "'");
            return -1;
        }
        long value = 0;
        int digits = 0;
        c = read();
        while (c >= '0' && c <= '9' && digits < DIGITS_MAX) {
            value = value * 10 + c - '0';
            digits++;
            c = read();
        }
        if (c != '\r' || digits == 0) {
            stop(c, position() - 1, "a digit or the line's end");
            return -1;
        }
        c = read();
        if (c != '\n') {
            stop(c, position() - 1, "a line feed");
            return -1;
        }
        if (value > max) {
            malformed(at, value + " (expected: <= " + max + ")");
            return -1;
        }
        return value;
    }

    private boolean lineEnd() throws IOException {
        int c = read();
        if (c == '\r') {
            c = read();
            if (c == '\n') {
                return true;
            }
        }
        return stop(c, position() - 1, "the argument's end");
    }

    private String word(int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            int c = read();
            if (c < 0) {
                return null;
            }
            bytes[i] = (byte) c;
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private boolean stop(int c, long at, String expected) throws IOException {
        return c < 0
                ? torn("the beginning of a command")
                : malformed(at, "byte " + c + " (expected: " + expected + ")");
    }

    private boolean torn(String what) {
        tail = Tail.TORN;
        reason = (end - boundary) + " bytes from position " + boundary + " on: " + what;
        return false;
    }

    private boolean malformed(long at, String what) throws IOException {
        if (onlyZeros(at)) {
            return torn("zeros in place of data");
        }
        tail = Tail.MALFORMED;
        reason =
                (end - boundary)
                        + " bytes from position "
                        + boundary
                        + " on: at "
                        + at
                        + " there is "
                        + what;
        return false;
    }

    private boolean onlyZeros(long from) throws IOException {
        skip(from - position());
        int c = read();
        while (c == 0) {
            c = read();
        }
        return c < 0;
    }

    private long position() {
        return windowStart + window.position();
    }

    private void skip(long bytes) {
        if (bytes >= 0 && bytes <= window.remaining()) {
            window.position(window.position() + (int) bytes);
        } else {
            windowStart = position() + bytes;
            window.position(0).limit(0);
        }
    }

    /** -1 at the end. */
    private int read() throws IOException {
        return window.hasRemaining() || fill() ? window.get() & 0xff : -1;
    }

    private boolean fill() throws IOException {
        long from = position();
        if (from >= end) {
            return false;
        }
        window.clear().limit((int) Math.min(WINDOW_BYTES, end - from));
        int n = file.read(window, from);
        windowStart = from;
        window.flip();
        return n > 0;
    }
}
