package io.replbuf.keyspace;

import io.replbuf.resp.Request;
import java.util.concurrent.TimeUnit;

/** EXPIRE and its like, and what tells how long a key has. One instance a command table; command loop only. */
final class ExpiryCommands {
    private static final byte[] DEL = Arguments.ascii("DEL");
    private static final byte[] PEXPIREAT = Arguments.ascii("PEXPIREAT");

    private static final int NX = 1;
    private static final int XX = 2;
    private static final int GT = 4;
    private static final int LT = 8;

    void expire(CommandContext context) {
        expire(context, TimeUnit.SECONDS, true, "expire");
    }

    void pexpire(CommandContext context) {
        expire(context, TimeUnit.MILLISECONDS, true, "pexpire");
    }

    void expireat(CommandContext context) {
        expire(context, TimeUnit.SECONDS, false, "expireat");
    }

    void pexpireat(CommandContext context) {
        expire(context, TimeUnit.MILLISECONDS, false, "pexpireat");
    }

    void ttl(CommandContext context) {
        replySeconds(context, context.nowMillis());
    }

    void pttl(CommandContext context) {
        replyMillis(context, context.nowMillis());
    }

    void expiretime(CommandContext context) {
        replySeconds(context, 0);
    }

    void pexpiretime(CommandContext context) {
        replyMillis(context, 0);
    }

    void persist(CommandContext context) {
        Place place = context.keyspace().write(context, 1);
        if (!place.expires()) {
            context.reply().integer(0);
            return;
        }
        place.expireAt(-1);
        context.effects().changed(context.db(), 1);
        context.effects().verbatim();
        context.reply().integer(1);
    }

    private static void expire(
            CommandContext context, TimeUnit unit, boolean relative, String command) {
        Request request = context.request();
        int conditions = conditions(request);
        long number = Arguments.integer(request, 2);
        long expiry = ExpiryTime.at(number, unit, relative, context.nowMillis(), command);
        Place place = context.keyspace().write(context, 1);
        if (!place.exists() || !met(conditions, expiry, place.expiry())) {
            context.reply().integer(0);
            return;
        }
        if (expiry <= context.nowMillis()) {
            place.remove();
            context.effects().rewritten(DEL, request.bytes(1));
        } else {
            place.expireAt(expiry);
            if (relative || unit == TimeUnit.SECONDS) {
                context.effects().rewritten(absolute(request, expiry));
            } else {
                context.effects().verbatim();
            }
        }
        context.effects().changed(context.db(), 1);
        context.reply().integer(1);
    }

    private static byte[][] absolute(Request request, long expiry) {
        byte[][] arguments = new byte[request.argc()][];
        arguments[0] = PEXPIREAT;
        arguments[1] = request.bytes(1);
        arguments[2] = Arguments.ascii(expiry);
        for (int i = 3; i < arguments.length; i++) {
            arguments[i] = request.bytes(i);
        }
        return arguments;
    }

    /** A key without an expiry counts as one that lives for ever. */
    private static boolean met(int conditions, long expiry, long current) {
        boolean expires = current >= 0;
        return !((conditions & NX) != 0 && expires
                || (conditions & XX) != 0 && !expires
                || (conditions & GT) != 0 && (!expires || expiry <= current)
                || (conditions & LT) != 0 && expires && expiry >= current);
    }

    private static int conditions(Request request) {
        int conditions = 0;
        for (int i = 3; i < request.argc(); i++) {
            if (request.is(i, "NX")) {
                conditions |= NX;
            } else if (request.is(i, "XX")) {
                conditions |= XX;
            } else if (request.is(i, "GT")) {
                conditions |= GT;
            } else if (request.is(i, "LT")) {
                conditions |= LT;
            } else {
                throw new CommandException("ERR Unsupported option " + request.text(i));
            }
        }
        if ((conditions & NX) != 0 && conditions != NX) {
            throw new CommandException(
                    "ERR NX and XX, GT or LT options at the same time are not compatible");
        }
        if ((conditions & GT) != 0 && (conditions & LT) != 0) {
            throw new CommandException("ERR GT and LT options at the same time are not compatible");
        }
        return conditions;
    }

    private static void replySeconds(CommandContext context, long from) {
        long millis = remaining(context, from);
        context.reply().integer(millis < 0 ? millis : (millis + 500) / 1000);
    }

    private static void replyMillis(CommandContext context, long from) {
        context.reply().integer(remaining(context, from));
    }

    /** -2 without a key, -1 without an expiry. */
    private static long remaining(CommandContext context, long from) {
        Place place = context.keyspace().read(context, 1);
        if (!place.exists()) {
            return -2;
        }
        return place.expires() ? Math.max(0, place.expiry() - from) : -1;
    }
}
