package io.replbuf.keyspace;

import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;

/** Values into replies, and arguments into records. Stateless. */
final class Values {
    private Values() {}

    static void replyOrNull(CommandContext context, Place place) {
        if (!place.exists()) {
            context.reply().nullBulk();
            return;
        }
        Records records = context.keyspace().records();
        reply(context, place.ref(), 0, records.valueLength(place.ref()));
    }

    static void reply(CommandContext context, int ref, int from, int length) {
        Records records = context.keyspace().records();
        Reply reply = context.reply();
        if (records.chunked(ref)) {
            reply.bulk(records.valueParts(ref, from, length), length);
        } else {
            reply.bulk(records.valueView(ref, from, length));
        }
    }

    /** A record that is not yet in the data set, of the given arguments. */
    static int make(CommandContext context, int key, int value, long expiry) {
        Request request = context.request();
        Keyspace keyspace = context.keyspace();
        Records records = keyspace.records();
        int length = request.length(value);
        int ref =
                records.create(
                        request.buffer(),
                        request.position(key),
                        request.length(key),
                        length,
                        expiry,
                        keyspace.epoch());
        records.write(ref, 0, request.buffer(), request.position(value), length);
        return ref;
    }
}
