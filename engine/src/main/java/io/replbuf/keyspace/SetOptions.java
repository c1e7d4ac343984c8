package io.replbuf.keyspace;

import io.replbuf.resp.Request;
import java.util.concurrent.TimeUnit;

/** The options behind the key of GETEX and behind the value of SET. A flyweight of the command loop. */
final class SetOptions {
    boolean ifAbsent;
    boolean ifPresent;
    boolean keepTtl;
    boolean persist;
    boolean get;

    /** Argument that holds the expiry, 0 without one. */
    int expiryArgument;

    TimeUnit unit;
    boolean relative;
    private String option;

    SetOptions none() {
        ifAbsent = false;
        ifPresent = false;
        keepTtl = false;
        persist = false;
        get = false;
        expiryArgument = 0;
        unit = null;
        option = null;
        return this;
    }

    SetOptions parseSet(Request request) {
        none();
        for (int i = 3; i < request.argc(); i++) {
            if (request.is(i, "NX") && !ifPresent) {
                ifAbsent = true;
            } else if (request.is(i, "XX") && !ifAbsent) {
                ifPresent = true;
            } else if (request.is(i, "GET")) {
                get = true;
            } else if (request.is(i, "KEEPTTL") && option == null) {
                keepTtl = true;
            } else if (!keepTtl && parseExpiry(request, i)) {
                i++;
            } else {
                throw Arguments.syntaxError();
            }
        }
        return this;
    }

    SetOptions parseGetex(Request request) {
        none();
        for (int i = 2; i < request.argc(); i++) {
            if (request.is(i, "PERSIST") && option == null) {
                persist = true;
            } else if (!persist && parseExpiry(request, i)) {
                i++;
            } else {
                throw Arguments.syntaxError();
            }
        }
        return this;
    }

    boolean hasExpiry() {
        return expiryArgument != 0;
    }

    /** In Unix milliseconds, -1 without one. */
    long expiry(CommandContext context, String command) {
        if (!hasExpiry()) {
            return -1;
        }
        long number = Arguments.integer(context.request(), expiryArgument);
        return ExpiryTime.positive(number, unit, relative, context.nowMillis(), command);
    }

    private boolean parseExpiry(Request request, int i) {
        return parseExpiry(request, i, "EX", TimeUnit.SECONDS, true)
                || parseExpiry(request, i, "PX", TimeUnit.MILLISECONDS, true)
                || parseExpiry(request, i, "EXAT", TimeUnit.SECONDS, false)
                || parseExpiry(request, i, "PXAT", TimeUnit.MILLISECONDS, false);
    }

    private boolean parseExpiry(
            Request request, int i, String name, TimeUnit unit, boolean relative) {
        // The same option twice is allowed, and the last one counts.
        if (!request.is(i, name)
                || option != null && !option.equals(name)
                || i + 1 == request.argc()) {
            return false;
        }
        option = name;
        expiryArgument = i + 1;
        this.unit = unit;
        this.relative = relative;
        return true;
    }
}
