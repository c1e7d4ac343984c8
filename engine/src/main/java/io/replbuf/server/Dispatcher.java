package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.KeyspaceFullException;
import io.replbuf.resp.Request;
import io.replbuf.resp.RespWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a command may run, runs it, and counts it. Command loop only.
 *
 * <p>The order of the checks is Redis': name, arity, rights, memory, the state of saves, then MULTI.
 */
final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private static final String OUT_OF_MEMORY =
            "OOM command not allowed when used memory > 'maxmemory'.";
    static final String LOADING = "LOADING Redis is loading the dataset in memory";
    private static final String MISCONF =
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that"
                    + " may modify the data set are disabled, because this instance is configured to report errors during"
                    + " writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs"
                    + " for details about the RDB error.";

    private final CommandLoop server;
    private final CommandTable commands;
    private final Propagation propagation;
    private final RespWriter replies;
    private final ServerStats stats;
    private final Call call;
    private final Call queuedCall;
    private long lastNanos;

    /** Error replies that a command has been charged with, or that came before it. */
    private long errorsCounted;

    Dispatcher(CommandLoop server, CommandTable commands, RespWriter replies) {
        this.server = server;
        this.commands = commands;
        this.replies = replies;
        propagation = server.propagation();
        stats = server.stats();
        call = new Call(server);
        queuedCall = new Call(server);
    }

    /** A turn begins, or something other than a command took time. */
    void now(long nanos) {
        lastNanos = nanos;
    }

    /** When the last command that was run ended. */
    long now() {
        return lastNanos;
    }

    /** Executes, queues or refuses the command; writes its reply. */
    void execute(Client client, Request request) {
        boolean skipped = client.replySkip > 0;
        direct(client);
        CommandEntry entry = lookUp(client, request);
        if (entry == null) {
            return;
        }
        client.lastCommand = entry;
        String refusal = refusal(client, entry);
        if (refusal != null) {
            refuse(client, entry, refusal);
        } else if (server.pause().holds(client, entry)) {
            // It comes here once more.
            client.replySkip += skipped ? 1 : 0;
            server.pause().postpone(client);
        } else if (client.multi != null && !entry.controlsTransaction) {
            if (entry.noMulti) {
                refuse(client, entry, "ERR Command not allowed inside a transaction");
            } else {
                client.multi.add(entry, request);
                replies.simple("QUEUED");
            }
        } else {
            run(call, client, request, entry);
        }
        afterReply(client);
    }

    /** Runs a command that was queued by MULTI, within EXEC. */
    void executeQueued(Client client, Request request, CommandEntry entry) {
        client.lastCommand = entry;
        run(queuedCall, client, request, entry);
    }

    private void direct(Client client) {
        replies.to(client.out(), client.protocol);
        if (client.replyOff || client.replySkip > 0) {
            replies.mute(true);
            client.replySkip = Math.max(0, client.replySkip - 1);
        }
    }

    /** The command, or null when the reply says why there is none. */
    private CommandEntry lookUp(Client client, Request request) {
        CommandEntry entry =
                commands.find(request.buffer(), request.position(0), request.length(0));
        if (entry == null) {
            refuse(client, null, Refusals.unknown(request));
            return null;
        }
        if (entry.subcommands != null && request.argc() > 1) {
            CommandEntry sub =
                    entry.subcommands.find(
                            request.buffer(), request.position(1), request.length(1));
            if (sub == null) {
                refuse(client, entry, Refusals.unknownSubcommand(entry, request));
                return null;
            }
            entry = sub;
        }
        if (!entry.spec.accepts(request.argc())) {
            refuse(client, entry, Refusals.arity(entry));
            return null;
        }
        return entry;
    }

    private String refusal(Client client, CommandEntry entry) {
        if (!client.authenticated && !entry.noAuth) {
            return "NOAUTH Authentication required.";
        }
        if (server.loading() == null && needsMemory(client, entry) && server.outOfMemory()) {
            return OUT_OF_MEMORY;
        }
        if (entry.write && server.writesStopped()) {
            return MISCONF;
        }
        String logStopped = server.parking().refusal();
        if (logStopped != null
                && (entry.write || client.multi != null && client.multi.writes(entry))) {
            return "MISCONF Errors writing to the AOF file: " + logStopped;
        }
        if (server.loading() != null && !entry.loading) {
            return LOADING;
        }
        return null;
    }

    /** In a transaction every command does, since it is queued; and EXEC where one that is queued does. */
    private static boolean needsMemory(Client client, CommandEntry entry) {
        return entry.denyOom
                || client.multi != null
                        && (!entry.controlsTransaction || client.multi.needsMemory(entry));
    }

    private void refuse(Client client, CommandEntry entry, String error) {
        if (entry != null) {
            entry.rejected++;
        }
        if (client.multi != null && entry != null && entry.spec.name().equals("exec")) {
            client.endTransaction();
            server.watches().unwatch(client);
            replies.error("EXECABORT Transaction discarded because of: " + error);
            return;
        }
        if (client.multi != null) {
            client.multi.breakOff();
        }
        replies.error(error);
    }

    private void run(Call into, Client client, Request request, CommandEntry entry) {
        ByteBuf out = client.out();
        int replyStart = out.writerIndex();
        errorsCounted = stats.errorReplies;
        long begin = lastNanos;
        if (!entry.fromKeyspace) {
            // It may look at the stream, or hand the connection over: both need the stream
            // complete.
            propagation.flush();
        }
        propagation.beginCommand(request, client.db, entry.expiresApart);
        try {
            entry.spec.command().execute(into.of(client, request, entry, server.nowMillis(begin)));
        } catch (KeyspaceFullException e) {
            out.writerIndex(replyStart);
            replies.error(OUT_OF_MEMORY);
        } catch (OutOfMemoryError e) {
            if (!NativeExhaustion.is(e)) {
                throw e;
            }
            LOG.warn("No memory for the reply of: {}: {}", describe(request), FaultText.of(e));
            out.writerIndex(replyStart);
            replies.error("OOM no memory for the reply: " + FaultText.of(e));
        } catch (RuntimeException e) {
            LOG.error("Command failed: {}", describe(request), e);
            if (!client.detached() && !client.closed()) {
                out.writerIndex(replyStart);
                replies.error("ERR internal error in '" + entry.fullName + "': " + FaultText.of(e));
            }
        } finally {
            propagation.endCommand();
        }
        long end = server.nanos();
        lastNanos = end;
        entry.calls++;
        entry.nanos += end - begin;
        stats.commands++;
        // Not again for the EXEC around it. RESETSTAT may have made the number smaller.
        if (stats.errorReplies > errorsCounted) {
            entry.failed++;
        }
        errorsCounted = stats.errorReplies;
    }

    /** A reply beyond the hard limit is never sent, not even in part, if none of it has left yet. */
    private void afterReply(Client client) {
        long hard = server.normalLimit().hardBytes();
        if (hard > 0
                && !client.detached()
                && client.gatheredBytes() + client.queuedBytes() > hard) {
            LOG.warn(
                    "Client {} closed for overcoming of output buffer limits.",
                    ClientLines.line(server, client));
            stats.limitDisconnections++;
            client.close();
        }
    }

    private static String describe(Request request) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < request.argc() && i < 8; i++) {
            text.append(i == 0 ? "" : " ").append(Refusals.clipped(request, i));
        }
        return text.append(request.argc() > 8 ? " …" : "").toString();
    }
}
