package io.replbuf.server;

import static io.replbuf.keyspace.CommandSpec.Flag.BLOCKING;
import static io.replbuf.keyspace.CommandSpec.Flag.FAST;
import static io.replbuf.keyspace.CommandSpec.Flag.LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.NOSCRIPT;
import static io.replbuf.keyspace.CommandSpec.Flag.READONLY;
import static io.replbuf.keyspace.CommandSpec.Flag.STALE;

import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** INFO, TIME, ROLE, WAIT, MEMORY. */
final class AdminCommands {
    private AdminCommands() {}

    static void define(CommandTable table) {
        CommandTable memory = new CommandTable("memory");
        new Definitions(memory, "server")
                .add(
                        "usage",
                        -3,
                        "4.0.0",
                        "Estimates the memory usage of a key.",
                        AdminCommands::memoryUsage,
                        READONLY);
        new Definitions(table, "server")
                .add(
                        "info",
                        -1,
                        "1.0.0",
                        "Returns information and statistics about the server.",
                        AdminCommands::info,
                        LOADING,
                        STALE)
                .add(
                        "time",
                        1,
                        "2.6.0",
                        "Returns the server time.",
                        AdminCommands::time,
                        LOADING,
                        STALE,
                        FAST)
                .add(
                        "role",
                        1,
                        "2.8.12",
                        "Returns the replication role.",
                        call -> call.server().primary().role(call.reply()),
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        FAST)
                .container(
                        "memory", "4.0.0", "A container for memory diagnostics commands.", memory);
        new Definitions(table, "generic")
                .add(
                        "wait",
                        3,
                        "3.0.0",
                        "Blocks until the asynchronous replication of all preceding write commands sent by the connection is completed.",
                        AdminCommands::await,
                        BLOCKING);
    }

    private static void info(Call call) {
        List<String> sections = new ArrayList<>();
        for (int i = 1; i < call.request().argc(); i++) {
            sections.add(call.request().text(i).toLowerCase(Locale.ROOT));
        }
        call.reply().verbatim(new InfoReport(call.server()).text(sections));
    }

    private static void time(Call call) {
        java.time.Instant now = java.time.Instant.now();
        Reply reply = call.reply();
        reply.array(2);
        reply.bulk(Long.toString(now.getEpochSecond()));
        reply.bulk(Long.toString(now.getNano() / 1000));
    }

    private static void await(Call call) {
        CommandLoop server = call.server();
        Client client = call.client();
        Long replicas = Arguments.integer(call, 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (replicas == null) {
            return;
        }
        Long timeout = Arguments.integer(call.request(), 2);
        if (timeout == null) {
            call.reply().error("ERR timeout is not an integer or out of range");
            return;
        }
        if (timeout < 0) {
            call.reply().error("ERR timeout is negative");
            return;
        }
        if (client.commandsInBatch) {
            client.writeOffset = server.primary().primaryOffset();
        }
        int acked = server.primary().countAcked(client.writeOffset);
        if (acked >= replicas || server.inTransaction()) {
            call.reply().integer(acked);
            return;
        }
        server.waits().add(client, replicas.intValue(), timeout);
    }

    private static void memoryUsage(Call call) {
        Request request = call.request();
        for (int i = 3; i < request.argc(); i += 2) {
            if (i + 1 == request.argc() || !request.is(i, "SAMPLES")) {
                call.reply().error(Arguments.SYNTAX);
                return;
            }
            Long samples = Arguments.integer(request, i + 1);
            if (samples == null || samples < 0) {
                call.reply().error(samples == null ? Arguments.NOT_AN_INTEGER : Arguments.SYNTAX);
                return;
            }
        }
        long bytes = call.keyspace().usageBytes(call.db(), request.bytes(2));
        if (bytes < 0) {
            call.reply().nullBulk();
        } else {
            call.reply().integer(bytes);
        }
    }
}
