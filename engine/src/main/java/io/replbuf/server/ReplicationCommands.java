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
                        call ->
                                call.server()
                                        .primary()
                                        .psync(call.client(), call.request(), call.reply()),
                        ADMIN,
                        NOSCRIPT,
                        NO_MULTI)
                .add(
                        "sync",
                        1,
                        "1.0.0",
                        "An internal command used in replication.",
                        call -> call.server().primary().sync(call.client()),
                        ADMIN,
                        NOSCRIPT,
                        NO_MULTI);
    }
}
