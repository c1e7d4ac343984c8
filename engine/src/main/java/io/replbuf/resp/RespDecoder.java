package io.replbuf.resp;

import io.netty.buffer.ByteBuf;

/**
 * Finds the commands in a connection's input: RESP arrays of bulk strings, and inline commands.
 *
 * <p>Resumable at every byte: an incomplete command is not scanned again from its start. Between two calls the owner of the
 * input may append to it; if it moves the bytes, it says so with {@link #moved}. The reader index stays at the incomplete
 * command's first byte and moves behind a command when that is complete. Not thread-safe, one per connection.
 *
 * <p>As lenient and as strict as Redis 7: the two bytes behind a length or a bulk are skipped unseen (such a command is then
 * not {@linkplain Request#canonical canonical}), while a length with a plus sign or a leading zero is refused.
 */
public final class RespDecoder {
    private static final int INCOMPLETE = Integer.MIN_VALUE;

    private final RespLimits limits;

    /** Where scanning goes on: behind the last part of the command that is complete. */
    private int next;

    /** Whether the command at the reader index has been begun, so that next and the fields below mean something. */
    private boolean begun;

    /** Arguments still to come; -1 while the array's header, or an inline command's end, has not been seen. */
    private int missing = -1;

    /** Length of the argument at {@link #next}; -1 while its header has not been seen. */
    private int bulk = -1;

    private boolean canonical;
    private boolean authenticated = true;

    /** The length that {@link #readLength} found. */
    private long length;

    public RespDecoder(RespLimits limits) {
        this.limits = limits;
    }

    /** Whether the peer has passed AUTH, or need not; until then its commands must be short. */
    public void authenticated(boolean yes) {
        authenticated = yes;
    }

    /** The bytes from the reader index on now lie {@code delta} higher (negative: lower) than before. */
    public void moved(Request request, int delta) {
        if (begun) {
            next += delta;
            request.rebase(delta);
        }
    }

    /** Bytes that must still arrive before the argument under way is complete; 0 if unknown. */
    public int wanted(ByteBuf in) {
        return begun && bulk >= 0 ? Math.max(0, bulk + 2 - (in.writerIndex() - next)) : 0;
    }

    /**
     * Decodes the next command; empty ones are skipped.
     *
     * @param in the input, changed only where an inline command's quoted arguments are unescaped in place
     * @param request filled, and valid until the next call; must be the same while a command is incomplete
     * @return whether a command was complete
     * @throws ProtocolException if the input can never become a command; the connection's input is useless from then on
     */
    public boolean decode(ByteBuf in, Request request) throws ProtocolException {
        while (true) {
            if (!begun) {
                int start = in.readerIndex();
                if (start == in.writerIndex()) {
                    return false;
                }
                begun = true;
                next = start;
                missing = -1;
                bulk = -1;
                canonical = true;
                request.begin(in, start);
            }
            request.begin(in);
            boolean complete =
                    in.getByte(in.readerIndex()) == '*'
                            ? decodeArray(in, request)
                            : decodeInline(in, request);
            if (!complete) {
                return false;
            }
            begun = false;
            in.readerIndex(next);
            if (request.argc() > 0) {
                request.finish(next, canonical);
                return true;
            }
        }
    }

    /** Whether a part of a command has come, and its rest has not. */
    public boolean begun() {
        return begun;
    }

    private boolean decodeArray(ByteBuf in, Request request) throws ProtocolException {
        if (missing < 0) {
            int behind = readLength(in, next + 1, "too big mbulk count string");
            if (behind == INCOMPLETE) {
                return false;
            }
            if (behind < 0 || length > RespLimits.ARGUMENTS) {
                throw new ProtocolException("invalid multibulk length");
            }
            if (length > RespLimits.UNAUTHENTICATED_ARGUMENTS && !authenticated) {
                throw new ProtocolException("unauthenticated multibulk length");
            }
            missing = (int) Math.max(0, length);
            next = behind;
        }
        while (missing > 0) {
            if (bulk < 0) {
                if (next >= in.writerIndex()) {
                    return false;
                }
                int lead = in.getByte(next);
                if (lead != '$') {
                    // As Redis, which looks at the byte once the line is there.
                    if (readLength(in, next + 1, "too big bulk count string") == INCOMPLETE) {
                        return false;
                    }
                    throw new ProtocolException("expected '$', got '" + printable(lead) + "'");
                }
                int behind = readLength(in, next + 1, "too big bulk count string");
                if (behind == INCOMPLETE) {
                    return false;
                }
                if (behind < 0 || length < 0 || length > limits.bulkBytes()) {
                    throw new ProtocolException("invalid bulk length");
                }
                if (length > RespLimits.UNAUTHENTICATED_BULK_BYTES && !authenticated) {
                    throw new ProtocolException("unauthenticated bulk length");
                }
                bulk = (int) length;
                next = behind;
            }
            int end = next + bulk;
            if (in.writerIndex() - end < 2) {
                return false;
            }
            canonical &= in.getShort(end) == ('\r' << 8 | '\n');
            request.addArgument(next, bulk);
            next = end + 2;
            bulk = -1;
            missing--;
        }
        return true;
    }

    /**
     * Reads a number up to a carriage return and skips the byte behind that.
     *
     * @return the index behind the line; {@link #INCOMPLETE}, or -1 if it is no number
     */
    private int readLength(ByteBuf in, int from, String tooLong) throws ProtocolException {
        int end = in.writerIndex();
        int at = from;
        boolean negative = at < end && in.getByte(at) == '-';
        if (negative) {
            at++;
        }
        int digits = at;
        long value = 0;
        boolean number = true;
        for (; at < end; at++) {
            int c = in.getByte(at);
            if (c == '\r') {
                if (at + 1 == end) {
                    return INCOMPLETE;
                }
                canonical &= in.getByte(at + 1) == '\n' && !negative;
                length = negative ? -value : value;
                boolean leadingZero = in.getByte(digits) == '0' && (at - digits > 1 || negative);
                return number && at > digits && !leadingZero ? at + 2 : -1;
            }
            // 18 digits cannot overflow, and no length that we accept has so many.
            number &= c >= '0' && c <= '9' && at - digits < 18;
            value = value * 10 + (c - '0');
            if (at - from >= RespLimits.LINE_BYTES) {
                throw new ProtocolException(tooLong);
            }
        }
        return INCOMPLETE;
    }

    /** Inline commands have no state but {@link #next}: how far no newline was seen. */
    private boolean decodeInline(ByteBuf in, Request request) throws ProtocolException {
        int start = in.readerIndex();
        int end = in.writerIndex();
        int newline =
                in.indexOf(next, Math.min(end, start + RespLimits.LINE_BYTES + 1), (byte) '\n');
        if (newline < 0) {
            if (end - start > RespLimits.LINE_BYTES) {
                throw new ProtocolException("too big inline request");
            }
            next = end;
            return false;
        }
        int lineEnd = newline > start && in.getByte(newline - 1) == '\r' ? newline - 1 : newline;
        if (!InlineArguments.split(in, start, lineEnd, request)) {
            throw new ProtocolException("unbalanced quotes in request");
        }
        if (request.argc() > 0 && !authenticated) {
            boundUnauthenticated(request);
        }
        canonical = false;
        next = newline + 1;
        return true;
    }

    private static void boundUnauthenticated(Request request) throws ProtocolException {
        for (int i = 0; i < request.argc(); i++) {
            if (request.length(i) > RespLimits.UNAUTHENTICATED_BULK_BYTES) {
                throw new ProtocolException("unauthenticated bulk length");
            }
        }
    }

    private static char printable(int c) {
        return c >= ' ' && c < 127 ? (char) c : '?';
    }
}
