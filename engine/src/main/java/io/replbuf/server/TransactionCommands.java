package io.replbuf.server;

import static io.replbuf.keyspace.CommandSpec.Flag.ALLOW_BUSY;
import static io.replbuf.keyspace.CommandSpec.Flag.FAST;
import static io.replbuf.keyspace.CommandSpec.Flag.LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.NOSCRIPT;
import static io.replbuf.keyspace.CommandSpec.Flag.SKIP_SLOWLOG;
import static io.replbuf.keyspace.CommandSpec.Flag.STALE;

import io.netty.buffer.ByteBuf;
import io.replbuf.resp.ProtocolException;
import io.replbuf.resp.Request;
import io.replbuf.resp.RespDecoder;

/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. */
final class TransactionCommands {
    private TransactionCommands() {}

    static void define(CommandTable table) {
        new Definitions(table, "transactions")
                .add(
                        "multi",
                        1,
                        "1.2.0",
                        "Starts a transaction.",
                        TransactionCommands::multi,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        FAST,
                        ALLOW_BUSY)
                .add(
                        "exec",
                        1,
                        "1.2.0",
                        "Executes all commands in a transaction.",
                        TransactionCommands::exec,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        SKIP_SLOWLOG)
                .add(
                        "discard",
                        1,
                        "2.0.0",
                        "Discards a transaction.",
                        TransactionCommands::discard,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        FAST,
                        ALLOW_BUSY)
                .add(
                        "watch",
                        -2,
                        "2.2.0",
                        "Monitors changes to keys to determine the execution of a transaction.",
                        TransactionCommands::watch,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        FAST,
                        ALLOW_BUSY)
                .add(
                        "unwatch",
                        1,
                        "2.2.0",
                        "Forgets about watched keys of a transaction.",
                        TransactionCommands::unwatch,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        FAST,
                        ALLOW_BUSY);
    }

    private static void multi(Call call) {
        Client client = call.client();
        if (client.multi != null) {
            call.reply().error("ERR MULTI calls can not be nested");
            return;
        }
        client.multi = new MultiQueue(client.channel.alloc());
        call.reply().simple("OK");
    }

    private static void discard(Call call) {
        if (call.client().multi == null) {
            call.reply().error("ERR DISCARD without MULTI");
            return;
        }
        end(call);
        call.reply().simple("OK");
    }

    private static void watch(Call call) {
        if (call.client().multi != null) {
            call.reply().error("ERR WATCH inside MULTI is not allowed");
            return;
        }
        Request request = call.request();
        for (int i = 1; i < request.argc(); i++) {
            call.server()
                    .watches()
                    .watch(call.client(), call.db(), request.bytes(i), call.nowMillis());
        }
        call.reply().simple("OK");
    }

    private static void unwatch(Call call) {
        call.server().watches().unwatch(call.client());
        call.reply().simple("OK");
    }

    private static void exec(Call call) {
        Client client = call.client();
        MultiQueue queue = client.multi;
        if (queue == null) {
            call.reply().error("ERR EXEC without MULTI");
            return;
        }
        if (queue.broken()) {
            end(call);
            call.reply().error("EXECABORT Transaction discarded because of previous errors.");
            return;
        }
        if (client.watchedKeyChanged
                || call.server().watches().expiredSince(client, call.nowMillis())) {
            end(call);
            call.reply().nullArray();
            return;
        }
        CommandLoop server = call.server();
        // Taken from the client first: its commands are not in a transaction that could take more.
        client.multi = null;
        server.watches().unwatch(client);
        call.reply().array(queue.entries().size());
        try {
            execute(server, client, queue);
        } finally {
            // Before the queue's bytes go: what is joined up may lie in them.
            server.propagation().endTransaction();
            server.propagation().flush();
            queue.release();
        }
    }

    private static void execute(CommandLoop server, Client client, MultiQueue queue) {
        ByteBuf bytes = queue.bytes();
        Request request = new Request();
        RespDecoder decoder = new RespDecoder(server.respLimits());
        server.propagation().beginTransaction();
        for (CommandEntry entry : queue.entries()) {
            try {
                if (!decoder.decode(bytes, request)) {
                    throw new IllegalStateException("queued command is cut off");
                }
            } catch (ProtocolException e) {
                throw new IllegalStateException("queued command cannot be read back", e);
            }
            server.dispatcher().executeQueued(client, request, entry);
        }
    }

    private static void end(Call call) {
        call.client().endTransaction();
        call.server().watches().unwatch(call.client());
    }
}
