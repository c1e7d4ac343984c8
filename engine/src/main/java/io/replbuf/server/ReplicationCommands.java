package io.replbuf.server;

import static io.replbuf.keyspace.CommandSpec.Flag.ADMIN;
import static io.replbuf.keyspace.CommandSpec.Flag.ALLOW_BUSY;
import static io.replbuf.keyspace.CommandSpec.Flag.LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.NOSCRIPT;
import static io.replbuf.keyspace.CommandSpec.Flag.NO_MULTI;
import static io.replbuf.keyspace.CommandSpec.Flag.STALE;

/** REPLCONF, PSYNC, SYNC: the primary answers them. */
final class ReplicationCommands {
    private ReplicationCommands() {}

    static void define(CommandTable table) {
        new Definitions(table, "server")
                .add(
                        "replconf",
                        -1,
                        "3.0.0",
                        "An internal command for configuring the replication stream.",
                        call ->
                                call.server()
                                        .primary()
                                        .replconf(call.client(), call.request(), call.reply()),
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        ALLOW_BUSY)
                .add(
                        "psync",
                        -3,
                        "2.8.0",
                        "An internal command used in replication.",
                        ReplicationCommands::psync,
                        ADMIN,
                        NOSCRIPT,
                        NO_MULTI)
                .add(
                        "sync",
                        1,
                        "1.0.0",
                        "An internal command used in replication.",
                        ReplicationCommands::sync,
                        ADMIN,
                        NOSCRIPT,
                        NO_MULTI);
    }

    private static void psync(Call call) {
        if (mayHandOver(call)) {
            call.server().primary().psync(call.client(), call.request(), call.reply());
        }
    }

    private static void sync(Call call) {
        if (mayHandOver(call)) {
            call.server().primary().sync(call.client(), call.reply());
        }
    }

    /** Replies that wait for the disk cannot go along, and must not leave early. No replica writes on its connection. */
    private static boolean mayHandOver(Call call) {
        call.server().noteWrites(call.client());
        if (call.server().parking().holdsBack(call.client()) || call.client().parkedBytes() > 0) {
            call.reply()
                    .error(
                            "ERR replies to this connection's writes still wait for the disk (expected: a connection that"
                                    + " has read the replies to its writes)");
            return false;
        }
        return true;
    }
}
