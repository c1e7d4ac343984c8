package io.replbuf.server;

import static io.replbuf.keyspace.CommandSpec.Flag.ADMIN;
import static io.replbuf.keyspace.CommandSpec.Flag.LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.NOSCRIPT;
import static io.replbuf.keyspace.CommandSpec.Flag.STALE;

import io.replbuf.primary.ReplicaView;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** CLIENT and its subcommands. */
final class ClientCommands {
    static final String BAD_NAME =
            "ERR Client names cannot contain spaces, newlines or special characters.";

    private ClientCommands() {}

    static void define(CommandTable table) {
        CommandTable sub = new CommandTable("client");
        new Definitions(sub, "connection")
                .add(
                        "list",
                        -2,
                        "2.4.0",
                        "Lists open connections.",
                        ClientCommands::list,
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "info",
                        2,
                        "6.2.0",
                        "Returns information about the connection.",
                        ClientCommands::info,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "id",
                        2,
                        "5.0.0",
                        "Returns the unique client ID of the connection.",
                        call -> call.reply().integer(call.client().id),
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "setname",
                        3,
                        "2.6.9",
                        "Sets the connection name.",
                        ClientCommands::setName,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "getname",
                        2,
                        "2.6.9",
                        "Returns the name of the connection.",
                        ClientCommands::getName,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "setinfo",
                        4,
                        "7.2.0",
                        "Sets information specific to the client or connection.",
                        ClientCommands::setInfo,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "kill",
                        -3,
                        "2.4.0",
                        "Terminates open connections.",
                        ClientCommands::kill,
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "no-evict",
                        3,
                        "7.0.0",
                        "Sets the client eviction mode of the connection.",
                        ClientCommands::noEvict,
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "no-touch",
                        3,
                        "7.2.0",
                        "Controls whether commands sent by the client affect the LRU/LFU of accessed keys.",
                        ClientCommands::noTouch,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "reply",
                        3,
                        "3.2.0",
                        "Instructs the server whether to reply to commands.",
                        ClientCommands::reply,
                        NOSCRIPT,
                        LOADING,
                        STALE);
        new Definitions(table, "connection")
                .container("client", "2.4.0", "A container for client connection commands.", sub);
    }

    static boolean isName(String name) {
        return name.chars().allMatch(c -> c >= '!' && c <= '~');
    }

    private static void list(Call call) {
        Request request = call.request();
        Predicate<Client> chosen = client -> true;
        if (request.argc() == 4 && request.is(2, "TYPE")) {
            chosen = ofType(request.text(3));
            if (chosen == null) {
                call.reply().error("ERR Unknown client type '" + request.text(3) + "'");
                return;
            }
        } else if (request.argc() > 3 && request.is(2, "ID")) {
            List<Long> ids = new ArrayList<>();
            for (int i = 3; i < request.argc(); i++) {
                Long id = Arguments.integer(request, i);
                if (id == null || id < 1) {
                    call.reply().error("ERR Invalid client ID");
                    return;
                }
                ids.add(id);
            }
            chosen = client -> ids.contains(client.id);
        } else if (request.argc() != 2) {
            call.reply().error(Arguments.SYNTAX);
            return;
        }
        call.reply().verbatim(lines(call.server(), chosen));
    }

    private static String lines(CommandLoop server, Predicate<Client> chosen) {
        Map<Long, String> lines = new TreeMap<>();
        for (Client client : server.clients().ordinary()) {
            if (chosen.test(client)) {
                lines.put(client.id, ClientLines.line(server, client));
            }
        }
        for (ReplicaView view : server.primary().replicas()) {
            Client client = server.clients().replica(view.clientId());
            if (client != null && chosen.test(client)) {
                lines.put(client.id, ClientLines.line(server, client, view));
            }
        }
        StringBuilder text = new StringBuilder();
        lines.values().forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** Null if there is no such type. */
    private static Predicate<Client> ofType(String type) {
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "normal" -> client -> !client.detached();
            case "replica", "slave" -> Client::detached;
            case "master", "pubsub" -> client -> false;
            default -> null;
        };
    }

    private static void info(Call call) {
        call.reply().verbatim(ClientLines.line(call.server(), call.client()) + "\n");
    }

    private static void setName(Call call) {
        String name = call.request().text(2);
        if (!isName(name)) {
            call.reply().error(BAD_NAME);
            return;
        }
        call.client().name = name;
        call.reply().simple("OK");
    }

    private static void getName(Call call) {
        if (call.client().name.isEmpty()) {
            call.reply().nullBulk();
        } else {
            call.reply().bulk(call.client().name);
        }
    }

    private static void setInfo(Call call) {
        Request request = call.request();
        String value = request.text(3);
        String what = request.text(2).toLowerCase(Locale.ROOT);
        if (!what.equals("lib-name") && !what.equals("lib-ver")) {
            call.reply().error("ERR Unrecognized option '" + request.text(2) + "'");
        } else if (!isName(value)) {
            call.reply()
                    .error(
                            "ERR "
                                    + what
                                    + " cannot contain spaces, newlines or special characters.");
        } else {
            if (what.equals("lib-name")) {
                call.client().libraryName = value;
            } else {
                call.client().libraryVersion = value;
            }
            call.reply().simple("OK");
        }
    }

    private static void noEvict(Call call) {
        Boolean on = onOff(call);
        if (on != null) {
            call.client().noEvict = on;
            call.reply().simple("OK");
        }
    }

    private static void noTouch(Call call) {
        Boolean on = onOff(call);
        if (on != null) {
            call.client().noTouch = on;
            call.reply().simple("OK");
        }
    }

    private static Boolean onOff(Call call) {
        Request request = call.request();
        if (request.is(2, "ON")) {
            return true;
        }
        if (request.is(2, "OFF")) {
            return false;
        }
        call.reply().error(Arguments.SYNTAX);
        return null;
    }

    private static void reply(Call call) {
        Request request = call.request();
        Client client = call.client();
        if (request.is(2, "ON")) {
            client.replyOff = false;
            call.server().replies().mute(false);
            call.reply().simple("OK");
        } else if (request.is(2, "OFF")) {
            client.replyOff = true;
        } else if (request.is(2, "SKIP")) {
            if (!client.replyOff) {
                client.replySkip = 1;
            }
        } else {
            call.reply().error(Arguments.SYNTAX);
        }
    }

    private static void kill(Call call) {
        Request request = call.request();
        Reply reply = call.reply();
        if (request.argc() == 3) {
            String address = request.text(2);
            if (kill(call, client -> client.peer.equals(address), false) > 0) {
                reply.simple("OK");
            } else {
                reply.error("ERR No such client");
            }
            return;
        }
        Predicate<Client> chosen = client -> true;
        boolean skipMe = true;
        for (int i = 2; i < request.argc(); i += 2) {
            if (i + 1 >= request.argc()) {
                reply.error(Arguments.SYNTAX);
                return;
            }
            String value = request.text(i + 1);
            Predicate<Client> filter = client -> true;
            if (request.is(i, "ID")) {
                Long id = Arguments.integer(request, i + 1);
                if (id == null || id < 1) {
                    reply.error("ERR client-id should be greater than 0");
                    return;
                }
                filter = client -> client.id == id;
            } else if (request.is(i, "TYPE")) {
                filter = ofType(value);
                if (filter == null) {
                    reply.error("ERR Unknown client type '" + value + "'");
                    return;
                }
            } else if (request.is(i, "ADDR")) {
                filter = client -> client.peer.equals(value);
            } else if (request.is(i, "LADDR")) {
                filter = client -> client.local.equals(value);
            } else if (request.is(i, "USER")) {
                if (!value.equals("default")) {
                    reply.error("ERR No such user '" + value + "'");
                    return;
                }
            } else if (request.is(i, "SKIPME")
                    && (request.is(i + 1, "YES") || request.is(i + 1, "NO"))) {
                skipMe = request.is(i + 1, "YES");
            } else {
                reply.error(Arguments.SYNTAX);
                return;
            }
            chosen = chosen.and(filter);
        }
        reply.integer(kill(call, chosen, skipMe));
    }

    private static int kill(Call call, Predicate<Client> chosen, boolean skipMe) {
        int killed = 0;
        CommandLoop server = call.server();
        for (Client client : server.clients().ordinaryNow()) {
            if (!chosen.test(client) || (skipMe && client == call.client())) {
                continue;
            }
            if (client == call.client()) {
                client.closeAfterReply();
            } else {
                client.close();
            }
            killed++;
        }
        for (Client replica : server.clients().replicasNow()) {
            if (chosen.test(replica) && server.primary().kill(replica.id)) {
                killed++;
            }
        }
        return killed;
    }
}
