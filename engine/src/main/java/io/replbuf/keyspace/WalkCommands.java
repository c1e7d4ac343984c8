package io.replbuf.keyspace;

import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;

/**
 * KEYS and SCAN. One instance a command table; command loop only.
 *
 * <p>A cursor of SCAN is the hash at which to go on: it needs no state here, and whatever the table does meanwhile, a key
 * that is there all the time is returned, and once only.
 */
final class WalkCommands {
    private static final int HOMES = 256;
    private static final long COUNT = 10;

    /** Slots that a SCAN passes at most, for each key that it was asked for: bounds it in a table that is nearly empty. */
    private static final long SLOTS_PER_COUNT = 10;

    private static final int CURSOR_CHARS_MAX = 20;
    private static final String TYPE_OF_ALL = "STRING";

    private final RefList refs = new RefList();
    private final RefList matching = new RefList();

    void keys(CommandContext context) {
        Keyspace keyspace = context.keyspace();
        Records records = keyspace.records();
        Table table = keyspace.database(context.db()).table;
        Glob glob = new Glob(context.request().bytes(1));
        matching.clear();
        for (long from = 0; from < Slots.HASHES; ) {
            long end = table.stretchEnd(from, HOMES);
            refs.clear();
            table.collect(from, end, refs);
            for (int i = 0; i < refs.size(); i++) {
                int ref = refs.get(i);
                if ((glob.matchesAll() || glob.matches(records.keyView(ref)))
                        && !expired(records, ref, context.nowMillis())) {
                    matching.add(ref);
                }
            }
            from = end;
        }
        replyKeys(context);
    }

    void scan(CommandContext context) {
        Request request = context.request();
        long cursor = cursor(request) & (Slots.HASHES - 1);
        long count = COUNT;
        Glob glob = null;
        boolean ofType = true;
        for (int i = 2; i < request.argc(); i += 2) {
            if (i + 1 == request.argc()) {
                throw Arguments.syntaxError();
            }
            if (request.is(i, "COUNT")) {
                count = Arguments.integer(request, i + 1);
                if (count < 1) {
                    throw Arguments.syntaxError();
                }
            } else if (request.is(i, "MATCH")) {
                glob = new Glob(request.bytes(i + 1));
            } else if (request.is(i, "TYPE")) {
                ofType = request.is(i + 1, TYPE_OF_ALL);
            } else {
                throw Arguments.syntaxError();
            }
        }
        long next = collect(context, cursor, count);
        filter(context, glob, ofType);
        context.reply().array(2);
        context.reply().bulk(Long.toString(next == Slots.HASHES ? 0 : next));
        replyKeys(context);
    }

    private long collect(CommandContext context, long cursor, long count) {
        Table table = context.keyspace().database(context.db()).table;
        long slots = count > Long.MAX_VALUE / SLOTS_PER_COUNT ? count : count * SLOTS_PER_COUNT;
        long at = cursor;
        refs.clear();
        while (at < Slots.HASHES && refs.size() < count && slots-- > 0) {
            long end = table.stretchEnd(at, 1);
            table.collect(at, end, refs);
            at = end;
        }
        return at;
    }

    /** Leaves in {@link #matching} what is to be returned, and deletes what has expired, as Redis does. */
    private void filter(CommandContext context, Glob glob, boolean ofType) {
        Keyspace keyspace = context.keyspace();
        Records records = keyspace.records();
        matching.clear();
        for (int i = 0; i < refs.size(); i++) {
            int ref = refs.get(i);
            if (!ofType || glob != null && !glob.matches(records.keyView(ref))) {
                continue;
            }
            if (expired(records, ref, context.nowMillis())) {
                byte[] key = records.keyBytes(ref);
                keyspace.expire(keyspace.place(context.db(), key), key, context.effects());
            } else {
                matching.add(ref);
            }
        }
    }

    private void replyKeys(CommandContext context) {
        Records records = context.keyspace().records();
        Reply reply = context.reply();
        reply.array(matching.size());
        for (int i = 0; i < matching.size(); i++) {
            reply.bulk(records.keyView(matching.get(i)));
        }
    }

    private static boolean expired(Records records, int ref, long nowMillis) {
        long expiry = records.expiry(ref);
        return expiry >= 0 && expiry < nowMillis;
    }

    /** What C's strtoul makes of it, as Redis has it: a sign is allowed, and nothing at all is 0. */
    private static long cursor(Request request) {
        if (request.length(1) > CURSOR_CHARS_MAX) {
            throw invalidCursor();
        }
        String text = request.text(1);
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String digits = signed ? text.substring(1) : text;
        try {
            long cursor = text.isEmpty() ? 0 : Long.parseUnsignedLong(digits);
            return text.startsWith("-") ? -cursor : cursor;
        } catch (NumberFormatException e) {
            throw invalidCursor();
        }
    }

    private static CommandException invalidCursor() {
        return new CommandException("ERR invalid cursor");
    }
}
