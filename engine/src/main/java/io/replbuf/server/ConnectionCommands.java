package io.replbuf.server;

import static io.replbuf.keyspace.CommandSpec.Flag.ALLOW_BUSY;
import static io.replbuf.keyspace.CommandSpec.Flag.FAST;
import static io.replbuf.keyspace.CommandSpec.Flag.LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.NOSCRIPT;
import static io.replbuf.keyspace.CommandSpec.Flag.NO_AUTH;
import static io.replbuf.keyspace.CommandSpec.Flag.STALE;

import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** PING, ECHO, SELECT, HELLO, AUTH, RESET, QUIT. */
final class ConnectionCommands {
    private static final String WRONG_PASSWORD =
            "WRONGPASS invalid username-password pair or user is disabled.";

    private ConnectionCommands() {}

    static void define(CommandTable table) {
        new Definitions(table, "connection")
                .add(
                        "ping",
                        -1,
                        "1.0.0",
                        "Returns the server's liveliness response.",
                        ConnectionCommands::ping,
                        FAST)
                .add(
                        "echo",
                        2,
                        "1.0.0",
                        "Returns the given string.",
                        ConnectionCommands::echo,
                        LOADING,
                        STALE,
                        FAST)
                .add(
                        "select",
                        2,
                        "1.0.0",
                        "Changes the selected database.",
                        ConnectionCommands::select,
                        LOADING,
                        STALE,
                        FAST)
                .add(
                        "hello",
                        -1,
                        "6.0.0",
                        "Handshakes with the server.",
                        ConnectionCommands::hello,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        FAST,
                        NO_AUTH,
                        ALLOW_BUSY)
                .add(
                        "auth",
                        -2,
                        "1.0.0",
                        "Authenticates the connection.",
                        ConnectionCommands::auth,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        FAST,
                        NO_AUTH,
                        ALLOW_BUSY)
                .add(
                        "reset",
                        1,
                        "6.2.0",
                        "Resets the connection.",
                        ConnectionCommands::reset,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        FAST,
                        NO_AUTH,
                        ALLOW_BUSY)
                .add(
                        "quit",
                        -1,
                        "1.0.0",
                        "Closes the connection.",
                        ConnectionCommands::quit,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        FAST,
                        NO_AUTH,
                        ALLOW_BUSY);
    }

    private static void ping(Call call) {
        Request request = call.request();
        if (request.argc() > 2) {
            call.reply().error("ERR wrong number of arguments for 'ping' command");
        } else if (request.argc() == 2) {
            call.reply().bulk(request.buffer(), request.position(1), request.length(1));
        } else {
            call.reply().simple("PONG");
        }
    }

    private static void echo(Call call) {
        Request request = call.request();
        call.reply().bulk(request.buffer(), request.position(1), request.length(1));
    }

    private static void select(Call call) {
        Long db = Arguments.integer(call, 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (db == null) {
            return;
        }
        if (db < 0 || db >= call.server().config().number("databases")) {
            call.reply().error("ERR DB index is out of range");
            return;
        }
        call.client().db = db.intValue();
        call.reply().simple("OK");
    }

    private static void hello(Call call) {
        Request request = call.request();
        Client client = call.client();
        Reply reply = call.reply();
        int protocol = client.protocol;
        if (request.argc() > 1) {
            Long version = Arguments.integer(request, 1);
            if (version == null) {
                reply.error("ERR Protocol version is not an integer or out of range");
                return;
            }
            if (version != 2 && version != 3) {
                reply.error("NOPROTO unsupported protocol version");
                return;
            }
            protocol = version.intValue();
        }
        String name = null;
        for (int i = 2; i < request.argc(); i++) {
            if (request.is(i, "AUTH") && i + 2 < request.argc()) {
                if (!authenticate(call, request.text(i + 1), request.text(i + 2))) {
                    reply.error(WRONG_PASSWORD);
                    return;
                }
                i += 2;
            } else if (request.is(i, "SETNAME") && i + 1 < request.argc()) {
                name = request.text(++i);
                if (!ClientCommands.isName(name)) {
                    reply.error(ClientCommands.BAD_NAME);
                    return;
                }
            } else {
                reply.error("ERR Syntax error in HELLO option '" + request.text(i) + "'");
                return;
            }
        }
        if (!client.authenticated) {
            reply.error(
                    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH"
                            + " <user> <pass> option can be used to authenticate the client and select the RESP protocol"
                            + " version at the same time");
            return;
        }
        if (name != null) {
            client.name = name;
        }
        client.protocol = protocol;
        call.server().replies().protocol(protocol);
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(RedisServer.REDIS_VERSION);
        reply.bulk("proto");
        reply.integer(protocol);
        reply.bulk("id");
        reply.integer(client.id);
        reply.bulk("mode");
        reply.bulk("standalone");
        reply.bulk("role");
        reply.bulk("master");
        reply.bulk("modules");
        reply.array(0);
    }

    private static void auth(Call call) {
        Request request = call.request();
        if (request.argc() > 3) {
            call.reply().error(Arguments.SYNTAX);
            return;
        }
        boolean named = request.argc() == 3;
        if (!named && call.server().config().password() == null) {
            call.reply()
                    .error(
                            "ERR AUTH <password> called without any password configured for the default user. Are you sure"
                                    + " your configuration is correct?");
            return;
        }
        String user = named ? request.text(1) : "default";
        if (authenticate(call, user, request.text(named ? 2 : 1))) {
            call.reply().simple("OK");
        } else {
            call.reply().error(WRONG_PASSWORD);
        }
    }

    /** There is one user, called default, who needs no password while none is configured. */
    private static boolean authenticate(Call call, String user, String password) {
        String expected = call.server().config().password();
        // Compared in constant time, so that a guess cannot be improved letter by letter.
        boolean right =
                user.equals("default")
                        && (expected == null
                                || MessageDigest.isEqual(
                                        expected.getBytes(StandardCharsets.ISO_8859_1),
                                        password.getBytes(StandardCharsets.ISO_8859_1)));
        if (right) {
            call.client().authenticated = true;
            call.client().decoder.authenticated(true);
        }
        return right;
    }

    private static void reset(Call call) {
        Client client = call.client();
        client.endTransaction();
        call.server().watches().unwatch(client);
        client.db = 0;
        client.name = "";
        client.noEvict = false;
        client.replyOff = false;
        client.replySkip = 0;
        client.protocol = 2;
        client.authenticated = call.server().config().password() == null;
        client.decoder.authenticated(client.authenticated);
        call.server().replies().protocol(2);
        call.reply().simple("RESET");
    }

    private static void quit(Call call) {
        call.reply().simple("OK");
        call.client().closeAfterReply();
    }
}
