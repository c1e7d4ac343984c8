package io.replbuf.keyspace;

import io.replbuf.resp.Request;

/** Commands on single keys whatever their value, and on whole databases. One instance a command table; command loop only. */
final class KeyCommands {
    void type(CommandContext context) {
        Place place = context.keyspace().read(context, 1);
        context.reply().simple(place.exists() ? "string" : "none");
    }

    void rename(CommandContext context) {
        if (move(context, false)) {
            context.reply().simple("OK");
        }
    }

    void renamenx(CommandContext context) {
        if (move(context, true)) {
            context.reply().integer(1);
        }
    }

    void copy(CommandContext context) {
        Request request = context.request();
        Keyspace keyspace = context.keyspace();
        int db = context.db();
        boolean replace = false;
        for (int i = 3; i < request.argc(); i++) {
            if (request.is(i, "REPLACE")) {
                replace = true;
            } else if (request.is(i, "DB") && i + 1 < request.argc()) {
                db = database(Arguments.integer(request, ++i), keyspace);
            } else {
                throw Arguments.syntaxError();
            }
        }
        if (db == context.db() && Arguments.equal(request, 1, 2)) {
            throw new CommandException("ERR source and destination objects are the same");
        }
        Place source = keyspace.read(context, 1);
        if (!source.exists()) {
            context.reply().integer(0);
            return;
        }
        int ref = source.ref();
        Place target = keyspace.writeSecond(context, db, 2);
        if (target.exists() && !replace) {
            context.reply().integer(0);
            return;
        }
        target.install(
                keyspace.records()
                        .copy(
                                ref,
                                request.buffer(),
                                request.position(2),
                                request.length(2),
                                keyspace.epoch()));
        context.effects().changed(db, 2);
        context.effects().verbatim();
        context.reply().integer(1);
    }

    void randomkey(CommandContext context) {
        Keyspace keyspace = context.keyspace();
        Records records = keyspace.records();
        while (keyspace.size(context.db()) > 0) {
            int ref = keyspace.randomRef(context.db());
            long expiry = records.expiry(ref);
            if (expiry < 0 || expiry >= context.nowMillis()) {
                context.reply().bulk(records.keyView(ref));
                return;
            }
            byte[] key = records.keyBytes(ref);
            keyspace.expire(keyspace.place(context.db(), key), key, context.effects());
        }
        context.reply().nullBulk();
    }

    void dbsize(CommandContext context) {
        context.reply().integer(context.keyspace().size(context.db()));
    }

    void flushdb(CommandContext context) {
        boolean later = later(context.request());
        int removed = context.keyspace().size(context.db());
        context.effects().emptying(context.db());
        context.keyspace().flush(context.db(), later);
        flushed(context, removed);
    }

    void flushall(CommandContext context) {
        boolean later = later(context.request());
        long removed = context.keyspace().keyCount();
        context.effects().emptyingAll();
        for (int db = 0; db < context.keyspace().databases(); db++) {
            context.effects().emptying(db);
        }
        context.keyspace().flushAll(later);
        flushed(context, removed);
    }

    /** Enters the stream whether or not there was anything to remove, as in Redis. */
    private static void flushed(CommandContext context, long removed) {
        context.effects().verbatim();
        context.effects().changes((int) Math.min(Integer.MAX_VALUE, removed));
        context.reply().simple("OK");
    }

    private static boolean later(Request request) {
        if (request.argc() > 2) {
            throw Arguments.syntaxError();
        }
        if (request.argc() == 1 || request.is(1, "SYNC")) {
            return false;
        }
        if (request.is(1, "ASYNC")) {
            return true;
        }
        throw Arguments.syntaxError();
    }

    private static int database(long number, Keyspace keyspace) {
        if (number != (int) number) {
            throw new CommandException(
                    "ERR value is out of range, value must between -2147483648 and 2147483647");
        }
        if (number < 0 || number >= keyspace.databases()) {
            throw new CommandException("ERR DB index is out of range");
        }
        return (int) number;
    }

    /** Whether it was done; otherwise it has been answered. */
    private static boolean move(CommandContext context, boolean ifAbsent) {
        Request request = context.request();
        Keyspace keyspace = context.keyspace();
        Place source = keyspace.write(context, 1);
        if (!source.exists()) {
            throw new CommandException(Arguments.NO_SUCH_KEY);
        }
        if (Arguments.equal(request, 1, 2)) {
            if (ifAbsent) {
                context.reply().integer(0);
                return false;
            }
            return true;
        }
        int ref = source.ref();
        Place target = keyspace.writeSecond(context, context.db(), 2);
        if (ifAbsent && target.exists()) {
            context.reply().integer(0);
            return false;
        }
        target.install(
                keyspace.records()
                        .rename(
                                ref,
                                request.buffer(),
                                request.position(2),
                                request.length(2),
                                keyspace.epoch()));
        // Putting the target may have moved the source's entry.
        keyspace.write(context, 1).remove();
        context.effects().changed(context.db(), 1);
        context.effects().changed(context.db(), 2);
        context.effects().verbatim();
        return true;
    }
}
