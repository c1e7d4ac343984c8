package io.replbuf.keyspace;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.replbuf.resp.Request;
import java.nio.charset.StandardCharsets;

/** Commands that change a part of a value, or count in it. One instance a command table; command loop only. */
final class ChangeCommands {
    private static final byte[] SET = Arguments.ascii("SET");
    private static final byte[] KEEPTTL = Arguments.ascii("KEEPTTL");

    private final byte[] digitBytes = new byte[Numbers.LONG_CHARS_MAX];
    private final ByteBuf digits = Unpooled.wrappedBuffer(digitBytes);

    void append(CommandContext context) {
        Request request = context.request();
        Records records = context.keyspace().records();
        Place place = context.keyspace().write(context, 1);
        int added = request.length(2);
        int had = place.exists() ? records.valueLength(place.ref()) : 0;
        Arguments.checkValueLength((long) had + added);
        int length = had + added;
        int ref = place.exists() ? place.edit(length, had, length) : place.create(length, -1);
        records.write(ref, had, request.buffer(), request.position(2), added);
        context.effects().changed(context.db(), 1);
        context.effects().verbatim();
        context.reply().integer(length);
    }

    void setrange(CommandContext context) {
        Request request = context.request();
        long offset = Arguments.integer(request, 2);
        if (offset < 0) {
            throw new CommandException("ERR offset is out of range");
        }
        Records records = context.keyspace().records();
        Place place = context.keyspace().write(context, 1);
        int written = request.length(3);
        int had = place.exists() ? records.valueLength(place.ref()) : 0;
        if (written == 0) {
            context.reply().integer(had);
            return;
        }
        Arguments.checkValueLength(Math.min(offset, Arguments.VALUE_BYTES_MAX) + written);
        int at = (int) offset;
        int length = Math.max(had, at + written);
        int ref =
                place.exists()
                        ? place.edit(length, Math.min(had, at), at + written)
                        : place.create(length, -1);
        if (at > had) {
            records.writeZeros(ref, had, at - had);
        }
        records.write(ref, at, request.buffer(), request.position(3), written);
        context.effects().changed(context.db(), 1);
        context.effects().verbatim();
        context.reply().integer(length);
    }

    void incr(CommandContext context) {
        add(context, 1);
    }

    void decr(CommandContext context) {
        add(context, -1);
    }

    void incrby(CommandContext context) {
        add(context, Arguments.integer(context.request(), 2));
    }

    void decrby(CommandContext context) {
        long decrement = Arguments.integer(context.request(), 2);
        if (decrement == Long.MIN_VALUE) {
            throw new CommandException("ERR decrement would overflow");
        }
        add(context, -decrement);
    }

    void incrbyfloat(CommandContext context) {
        Request request = context.request();
        Records records = context.keyspace().records();
        Place place = context.keyspace().write(context, 1);
        String text = "0";
        if (place.exists()) {
            byte[] value = new byte[records.valueLength(place.ref())];
            records.readValue(place.ref(), value, value.length);
            text = new String(value, StandardCharsets.ISO_8859_1);
        }
        ExtendedReal sum = ExtendedReal.parse(text).plus(ExtendedReal.parse(request.text(2)));
        byte[] result = Arguments.ascii(sum.toString());
        int ref = place.create(result.length, place.expiry());
        records.write(ref, 0, Unpooled.wrappedBuffer(result), 0, result.length);
        context.effects().changed(context.db(), 1);
        context.effects().rewritten(SET, request.bytes(1), result, KEEPTTL);
        context.reply().bulk(result);
    }

    private void add(CommandContext context, long increment) {
        Records records = context.keyspace().records();
        Place place = context.keyspace().write(context, 1);
        long old = place.exists() ? valueAsInteger(records, place.ref()) : 0;
        long sum = old + increment;
        if (((old ^ sum) & (increment ^ sum)) < 0) {
            throw new CommandException("ERR increment or decrement would overflow");
        }
        int from = Numbers.format(sum, digits, Numbers.LONG_CHARS_MAX);
        place.set(digits, from, Numbers.LONG_CHARS_MAX - from, place.expiry());
        context.effects().changed(context.db(), 1);
        context.effects().verbatim();
        context.reply().integer(sum);
    }

    private long valueAsInteger(Records records, int ref) {
        int length = records.valueLength(ref);
        if (length > Numbers.LONG_CHARS_MAX) {
            throw new CommandException(Numbers.NOT_AN_INTEGER);
        }
        records.readValue(ref, digitBytes, length);
        return Numbers.parse(digits, 0, length);
    }
}
