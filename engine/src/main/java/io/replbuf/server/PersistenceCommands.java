package io.replbuf.server;

import static io.replbuf.keyspace.CommandSpec.Flag.ADMIN;
import static io.replbuf.keyspace.CommandSpec.Flag.ALLOW_BUSY;
import static io.replbuf.keyspace.CommandSpec.Flag.FAST;
import static io.replbuf.keyspace.CommandSpec.Flag.LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.NOSCRIPT;
import static io.replbuf.keyspace.CommandSpec.Flag.NO_ASYNC_LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.NO_MULTI;
import static io.replbuf.keyspace.CommandSpec.Flag.STALE;

import io.replbuf.resp.Request;

/** SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE, SHUTDOWN. */
final class PersistenceCommands {
    private PersistenceCommands() {}

    static void define(CommandTable table) {
        new Definitions(table, "server")
                .add(
                        "save",
                        1,
                        "1.0.0",
                        "Synchronously saves the database(s) to disk.",
                        PersistenceCommands::save,
                        ADMIN,
                        NOSCRIPT,
                        NO_ASYNC_LOADING,
                        NO_MULTI)
                .add(
                        "bgsave",
                        -1,
                        "1.0.0",
                        "Asynchronously saves the database(s) to disk.",
                        PersistenceCommands::backgroundSave,
                        ADMIN,
                        NOSCRIPT,
                        NO_ASYNC_LOADING)
                .add(
                        "bgrewriteaof",
                        1,
                        "1.0.0",
                        "Asynchronously rewrites the append-only file to disk.",
                        PersistenceCommands::rewriteLog,
                        ADMIN,
                        NOSCRIPT,
                        NO_ASYNC_LOADING)
                .add(
                        "lastsave",
                        1,
                        "1.0.0",
                        "Returns the Unix timestamp of the last successful save to disk.",
                        call ->
                                call.reply()
                                        .integer(call.server().snapshots().lastSaveMillis() / 1000),
                        LOADING,
                        STALE,
                        FAST)
                .add(
                        "shutdown",
                        -1,
                        "1.0.0",
                        "Synchronously saves the database(s) to disk and shuts down the Redis server.",
                        PersistenceCommands::shutdown,
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE,
                        NO_MULTI,
                        ALLOW_BUSY);
    }

    private static void save(Call call) {
        Snapshots snapshots = call.server().snapshots();
        if (snapshots.makingRdb()) {
            call.reply().error("ERR Background save already in progress");
        } else if (snapshots.busy()) {
            call.reply()
                    .error(
                            "ERR Background append only file rewriting in progress: SAVE needs it to end first");
        } else {
            String error = snapshots.inForeground();
            if (error == null) {
                call.reply().simple("OK");
            } else {
                call.reply().error("ERR " + error);
            }
        }
    }

    private static void backgroundSave(Call call) {
        Request request = call.request();
        Snapshots snapshots = call.server().snapshots();
        boolean schedule = request.argc() == 2 && request.is(1, "SCHEDULE");
        if (request.argc() > 1 && !schedule) {
            call.reply().error(Arguments.SYNTAX);
        } else if (snapshots.makingRdb()) {
            call.reply().error("ERR Background save already in progress");
        } else if (snapshots.busy() || call.server().inTransaction()) {
            if (schedule || call.server().inTransaction()) {
                snapshots.schedule();
                call.reply().simple("Background saving scheduled");
            } else {
                call.reply()
                        .error(
                                "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in"
                                        + " order to schedule a BGSAVE whenever possible.");
            }
        } else {
            snapshots.background();
            call.reply().simple("Background saving started");
        }
    }

    private static void rewriteLog(Call call) {
        AofRewrites rewrites = call.server().rewrites();
        if (!rewrites.possible()) {
            call.reply()
                    .error(
                            "ERR this server keeps no log to rewrite (expected: appendonly yes, or at start"
                                    + " repl-buffer-strategy aof-psync)");
        } else if (rewrites.inProgress()) {
            call.reply().error("ERR Background append only file rewriting already in progress");
        } else if (call.server().snapshots().busy()
                || call.server().inTransaction()
                || !call.server().primary().logWriting()) {
            rewrites.schedule();
            call.reply().simple("Background append only file rewriting scheduled");
        } else {
            rewrites.begin();
            call.reply().simple("Background append only file rewriting started");
        }
    }

    private static void shutdown(Call call) {
        Request request = call.request();
        ShutdownMode mode = ShutdownMode.DEFAULT;
        for (int i = 1; i < request.argc(); i++) {
            ShutdownMode next = mode;
            if (request.is(i, "SAVE") && !mode.noSave()) {
                next = mode.withSave();
            } else if (request.is(i, "NOSAVE") && !mode.save()) {
                next = mode.withNoSave();
            } else if (request.is(i, "NOW")) {
                next = mode.withNow();
            } else if (request.is(i, "FORCE")) {
                next = mode.withForce();
            } else if (request.is(i, "ABORT") && request.argc() == 2) {
                abort(call);
                return;
            } else {
                call.reply().error(Arguments.SYNTAX);
                return;
            }
            mode = next;
        }
        call.server().shutdown().ask(call.client(), mode);
    }

    private static void abort(Call call) {
        if (call.server().shutdown().isAsked()) {
            call.reply().simple("OK");
            call.server().shutdown().abort();
        } else {
            call.reply().error("ERR No shutdown in progress.");
        }
    }
}
