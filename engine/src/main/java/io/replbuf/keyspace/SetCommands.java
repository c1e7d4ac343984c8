package io.replbuf.keyspace;

import io.replbuf.resp.Request;
import java.util.concurrent.TimeUnit;

/** SET and its older spellings. One instance a command table; command loop only. */
final class SetCommands {
    private static final byte[] SET = Arguments.ascii("SET");
    private static final byte[] PXAT = Arguments.ascii("PXAT");

    private final SetOptions options = new SetOptions();

    void set(CommandContext context) {
        Request request = context.request();
        options.parseSet(request);
        long expiry = options.expiry(context, "set");
        if (options.get) {
            setAndGet(context, expiry);
            return;
        }
        Place place = context.keyspace().write(context, 1);
        if (place.exists() ? options.ifAbsent : options.ifPresent) {
            context.reply().nullBulk();
            return;
        }
        store(context, place, 2, options.keepTtl ? place.expiry() : expiry);
        propagate(context, 2, expiry);
        context.reply().simple("OK");
    }

    void setnx(CommandContext context) {
        Place place = context.keyspace().write(context, 1);
        if (place.exists()) {
            context.reply().integer(0);
            return;
        }
        store(context, place, 2, -1);
        context.effects().changed(context.db(), 1);
        context.effects().verbatim();
        context.reply().integer(1);
    }

    void setex(CommandContext context) {
        setExpiring(context, TimeUnit.SECONDS, "setex");
    }

    void psetex(CommandContext context) {
        setExpiring(context, TimeUnit.MILLISECONDS, "psetex");
    }

    void getset(CommandContext context) {
        Request request = context.request();
        Place place = context.keyspace().read(context, 1);
        int fresh = make(context, 2, -1);
        Values.replyOrNull(context, place);
        place.install(fresh);
        context.effects().changed(context.db(), 1);
        context.effects().rewritten(SET, request.bytes(1), request.bytes(2));
    }

    private void setExpiring(CommandContext context, TimeUnit unit, String command) {
        long number = Arguments.integer(context.request(), 2);
        long expiry = ExpiryTime.positive(number, unit, true, context.nowMillis(), command);
        store(context, context.keyspace().write(context, 1), 3, expiry);
        options.none();
        options.expiryArgument = 2;
        propagate(context, 3, expiry);
        context.reply().simple("OK");
    }

    /** The old value is the answer, and must be read before the new one takes its memory, which must be had first. */
    private void setAndGet(CommandContext context, long expiry) {
        Place place = context.keyspace().read(context, 1);
        boolean refused = place.exists() ? options.ifAbsent : options.ifPresent;
        if (refused) {
            Values.replyOrNull(context, place);
            return;
        }
        int fresh = make(context, 2, options.keepTtl ? place.expiry() : expiry);
        Values.replyOrNull(context, place);
        place.install(fresh);
        propagate(context, 2, expiry);
    }

    /** As Redis does: an expiry becomes an absolute one and nothing else is left, GET alone is left out. */
    private void propagate(CommandContext context, int value, long expiry) {
        Request request = context.request();
        Effects effects = context.effects();
        effects.changed(context.db(), 1);
        if (options.hasExpiry()) {
            effects.rewritten(
                    SET, request.bytes(1), request.bytes(value), PXAT, Arguments.ascii(expiry));
        } else if (options.get) {
            effects.rewritten(withoutGet(request));
        } else {
            effects.verbatim();
        }
    }

    private static byte[][] withoutGet(Request request) {
        int kept = 0;
        byte[][] arguments = new byte[request.argc()][];
        for (int i = 0; i < request.argc(); i++) {
            if (i < 3 || !request.is(i, "GET")) {
                arguments[kept++] = request.bytes(i);
            }
        }
        return java.util.Arrays.copyOf(arguments, kept);
    }

    private static void store(CommandContext context, Place place, int value, long expiry) {
        Request request = context.request();
        place.set(request.buffer(), request.position(value), request.length(value), expiry);
    }

    private static int make(CommandContext context, int value, long expiry) {
        return Values.make(context, 1, value, expiry);
    }
}
