package io.replbuf.server;

import static io.replbuf.keyspace.CommandSpec.Flag.ADMIN;
import static io.replbuf.keyspace.CommandSpec.Flag.LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.NOSCRIPT;
import static io.replbuf.keyspace.CommandSpec.Flag.STALE;

import io.replbuf.keyspace.Keyspace;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** DEBUG, as far as replication's tests need it. */
final class DebugCommands {
    private static final Logger LOG = LoggerFactory.getLogger(DebugCommands.class);

    private DebugCommands() {}

    static void define(CommandTable table) {
        new Definitions(table, "server")
                .add(
                        "debug",
                        -2,
                        "1.0.0",
                        "A container for debugging commands.",
                        DebugCommands::debug,
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE);
    }

    private static void debug(Call call) {
        Request request = call.request();
        if (!ConfigCommands.allowed(
                call.server().config().text("enable-debug-command"), call.client())) {
            call.reply()
                    .error(
                            "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can"
                                    + " run it from a local connection, otherwise you need to set this option in the"
                                    + " configuration file, and then restart the server.");
        } else if (request.is(1, "SLEEP") && request.argc() == 3) {
            sleep(call);
        } else if (request.is(1, "DIGEST") && request.argc() == 2) {
            call.reply().simple(HexFormat.of().formatHex(call.keyspace().digest()));
        } else if (request.is(1, "POPULATE") && request.argc() >= 3 && request.argc() <= 5) {
            populate(call);
        } else if (request.is(1, "SET-ACTIVE-EXPIRE") && request.argc() == 3) {
            call.keyspace().setActiveExpire(!request.text(2).equals("0"));
            call.reply().simple("OK");
        } else if (request.is(1, "PAUSE-CRON") && request.argc() == 3) {
            call.server().pauseCron(!request.text(2).equals("0"));
            call.reply().simple("OK");
        } else if (request.is(1, "RELOAD")) {
            reload(call);
        } else if (request.is(1, "LOG") && request.argc() == 3) {
            LOG.warn("DEBUG LOG: {}", request.text(2));
            call.reply().simple("OK");
        } else {
            call.reply()
                    .error(
                            "ERR Unknown subcommand or wrong number of arguments for '"
                                    + request.text(1)
                                    + "'. Try DEBUG HELP.");
        }
    }

    /** Stops everything that the command loop does: that is what it is for. */
    private static void sleep(Call call) {
        double seconds;
        try {
            seconds = Double.parseDouble(call.request().text(2));
        } catch (NumberFormatException e) {
            call.reply().error("ERR value is not a valid float");
            return;
        }
        long end = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        call.reply().simple("OK");
    }

    private static void populate(Call call) {
        Request request = call.request();
        Long count = Arguments.integer(call, 2, 0, Integer.MAX_VALUE);
        if (count == null) {
            return;
        }
        String prefix = request.argc() > 3 ? request.text(3) : "key";
        int size = 0;
        if (request.argc() > 4) {
            Long asked = Arguments.integer(call, 4, 0, call.server().respLimits().bulkBytes());
            if (asked == null) {
                return;
            }
            size = asked.intValue();
        }
        Keyspace keyspace = call.keyspace();
        for (long i = 0; i < count; i++) {
            byte[] key = (prefix + ":" + i).getBytes(StandardCharsets.ISO_8859_1);
            if (keyspace.contains(call.db(), key)) {
                continue;
            }
            byte[] value = ("value:" + i).getBytes(StandardCharsets.ISO_8859_1);
            ByteBuffer bytes = ByteBuffer.wrap(value);
            if (request.argc() > 4) {
                // Padded with NUL bytes, or cut.
                bytes = ByteBuffer.allocate(size).put(0, value, 0, Math.min(size, value.length));
            }
            keyspace.put(call.db(), key, bytes, -1);
        }
        call.reply().simple("OK");
    }

    private static void reload(Call call) {
        boolean save = true;
        boolean flush = true;
        for (int i = 2; i < call.request().argc(); i++) {
            if (call.request().is(i, "NOSAVE")) {
                save = false;
            } else if (call.request().is(i, "NOFLUSH")) {
                flush = false;
            } else if (!call.request().is(i, "MERGE")) {
                call.reply()
                        .error(
                                "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
                return;
            }
        }
        if (!flush) {
            call.reply()
                    .error(
                            "ERR DEBUG RELOAD NOFLUSH is something that this server does not have yet");
            return;
        }
        CommandLoop server = call.server();
        if (server.loading() != null) {
            call.reply().error(Dispatcher.LOADING);
            return;
        }
        server.snapshots().abort("DEBUG RELOAD");
        String problem = save ? server.snapshots().inForeground() : null;
        if (problem != null) {
            call.reply().error("ERR Error trying to save the RDB dump: " + problem);
            return;
        }
        call.keyspace().flushAll();
        try {
            load(call.client(), server, new RdbFileLoad(server.config(), server));
        } catch (StartException e) {
            reloaded(server, call.reply(), e);
        }
    }

    /** Other clients are answered meanwhile, as at start; within EXEC no command may block, so there they wait. */
    private static void load(Client client, CommandLoop server, RdbFileLoad load)
            throws StartException {
        if (server.inTransaction()) {
            try (load) {
                while (!load.step()) {
                    // In one go.
                }
            }
            tellExpired(server, load);
            reloaded(server, server.replies(), null);
            return;
        }
        client.block = gone -> {};
        server.beginLoading()
                .run(
                        load,
                        () -> {},
                        failure -> {
                            server.endLoading(load.result());
                            tellExpired(server, load);
                            client.block = null;
                            if (!client.closed()) {
                                reloaded(server, server.replyTo(client), failure);
                                server.shares().add(client);
                            }
                        });
    }

    /** What expired between save and load is gone here; in Redis replicas keep it for ever. */
    private static void tellExpired(CommandLoop server, RdbFileLoad load) {
        for (Loading.Expired expired : load.loading().expired()) {
            server.propagation().expired(expired.db(), expired.key());
        }
    }

    private static void reloaded(CommandLoop server, Reply reply, StartException failure) {
        if (failure == null) {
            LOG.warn("DB reloaded by DEBUG RELOAD");
            reply.simple("OK");
        } else {
            LOG.warn("{}", failure.getMessage());
            reply.error("ERR Error trying to load the RDB dump, check server logs.");
        }
    }
}
