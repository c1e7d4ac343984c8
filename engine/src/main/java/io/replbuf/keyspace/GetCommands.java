package io.replbuf.keyspace;

import io.replbuf.resp.Request;

/** GET and what else reads a value, or reads and ends it. One instance a command table; command loop only. */
final class GetCommands {
    private static final byte[] DEL = Arguments.ascii("DEL");
    private static final byte[] PERSIST = Arguments.ascii("PERSIST");
    private static final byte[] PEXPIREAT = Arguments.ascii("PEXPIREAT");

    private final SetOptions options = new SetOptions();

    void get(CommandContext context) {
        Values.replyOrNull(context, context.keyspace().read(context, 1));
    }

    void mget(CommandContext context) {
        int argc = context.request().argc();
        context.reply().array(argc - 1);
        for (int i = 1; i < argc; i++) {
            Values.replyOrNull(context, context.keyspace().read(context, i));
        }
    }

    void strlen(CommandContext context) {
        Place place = context.keyspace().read(context, 1);
        context.reply()
                .integer(
                        place.exists() ? context.keyspace().records().valueLength(place.ref()) : 0);
    }

    void getrange(CommandContext context) {
        long start = Arguments.integer(context.request(), 2);
        long end = Arguments.integer(context.request(), 3);
        Place place = context.keyspace().read(context, 1);
        int length = place.exists() ? context.keyspace().records().valueLength(place.ref()) : 0;
        boolean backwards = start < 0 && end < 0 && start > end;
        long from = Math.max(0, start < 0 ? start + length : start);
        long to = Math.min(length - 1L, Math.max(0, end < 0 ? end + length : end));
        if (backwards || from > to || length == 0) {
            context.reply().bulk("");
        } else {
            Values.reply(context, place.ref(), (int) from, (int) (to - from + 1));
        }
    }

    void getdel(CommandContext context) {
        Place place = context.keyspace().read(context, 1);
        Values.replyOrNull(context, place);
        if (place.exists()) {
            place.remove();
            context.effects().changed(context.db(), 1);
            context.effects().rewritten(DEL, context.request().bytes(1));
        }
    }

    void getex(CommandContext context) {
        Request request = context.request();
        options.parseGetex(request);
        Place place = context.keyspace().read(context, 1);
        if (!place.exists()) {
            context.reply().nullBulk();
            return;
        }
        long expiry = options.expiry(context, "getex");
        if (options.hasExpiry() && !options.relative && expiry <= context.nowMillis()) {
            Values.replyOrNull(context, place);
            place.remove();
            context.effects().changed(context.db(), 1);
            context.effects().rewritten(DEL, request.bytes(1));
            return;
        }
        if (options.hasExpiry()) {
            place.expireAt(expiry);
            context.effects().changed(context.db(), 1);
            context.effects().rewritten(PEXPIREAT, request.bytes(1), Arguments.ascii(expiry));
        } else if (options.persist && place.expires()) {
            place.expireAt(-1);
            context.effects().changed(context.db(), 1);
            context.effects().rewritten(PERSIST, request.bytes(1));
        }
        Values.replyOrNull(context, place);
    }
}
