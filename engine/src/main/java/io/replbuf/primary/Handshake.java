package io.replbuf.primary;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;

/** What a connection said of itself by REPLCONF before it asked for the stream. Command loop only. */
final class Handshake {
    private static final AttributeKey<Handshake> KEY =
            AttributeKey.valueOf(Handshake.class, "handshake");
    private static final int MAX_ADDRESS_LENGTH = 255;

    int listeningPort;
    String announcedIp;
    boolean eof;
    boolean psync2;

    /** Whether it wants an RDB and no stream: the connection ends behind the RDB. */
    boolean rdbOnly;

    static Handshake of(Channel channel) {
        var attribute = channel.attr(KEY);
        Handshake handshake = attribute.get();
        if (handshake == null) {
            handshake = new Handshake();
            attribute.set(handshake);
        }
        return handshake;
    }

    /** REPLCONF option value [option value ...]; ACK and GETACK get no reply at all, as in Redis. */
    void replconf(Request request, Reply reply) {
        if (request.argc() % 2 == 0) {
            reply.error("ERR syntax error");
            return;
        }
        for (int i = 1; i + 1 < request.argc(); i += 2) {
            int value = i + 1;
            if (request.is(i, "LISTENING-PORT")) {
                Long port = parse(request, value);
                if (port == null || port < 0 || port > 65535) {
                    reply.error("ERR value is not an integer or out of range");
                    return;
                }
                listeningPort = port.intValue();
            } else if (request.is(i, "IP-ADDRESS")) {
                if (request.length(value) > MAX_ADDRESS_LENGTH) {
                    reply.error(
                            "ERR REPLCONF ip-address provided by replica instance is too long: "
                                    + request.length(value)
                                    + " bytes");
                    return;
                }
                announcedIp = request.text(value);
            } else if (request.is(i, "CAPA")) {
                if (request.is(value, "EOF")) {
                    eof = true;
                } else if (request.is(value, "PSYNC2")) {
                    psync2 = true;
                }
            } else if (request.is(i, "ACK") || request.is(i, "GETACK")) {
                return;
            } else if (request.is(i, "RDB-ONLY")) {
                rdbOnly = request.is(value, "1");
                if (!rdbOnly && !request.is(value, "0")) {
                    reply.error("ERR value is out of range, must be between 0 and 1");
                    return;
                }
            } else if (request.is(i, "RDB-FILTER-ONLY")) {
                // It asks for an RDB without keys, with functions at most: there are none here.
                reply.error("ERR Unsupported rdb-filter-only option: " + request.text(value));
                return;
            } else if (!request.is(i, "VERSION")) {
                reply.error("ERR Unrecognized REPLCONF option: " + request.text(i));
                return;
            }
        }
        reply.simple("OK");
    }

    /** Argument {@code i} as a number; null if it is none. */
    static Long parse(Request request, int i) {
        int length = request.length(i);
        if (length < 1 || length > 20) {
            return null;
        }
        try {
            return Long.valueOf(request.text(i));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
