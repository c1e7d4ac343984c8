package io.replbuf.server;

import io.replbuf.primary.Primary;
import io.replbuf.primary.ReplicaView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a server in order, by Redis 7's rules and in its words: replicas catch up, the data set is saved, all stops.
 *
 * <pre>
 *   SHUTDOWN, signal ──▶ a replica lags? ──no──────────────────────────────▶ save ──▶ end
 *                            │ yes: writes pause, GETACK                  ▲     │ cannot be saved
 *                            ▼                                            │     ▼
 *                         waiting ──all in sync, or shutdown-timeout──────┘   cancelled: the asking are told,
 *                            └──SHUTDOWN ABORT──────────────────────────────▶ writes go on
 * </pre>
 *
 * <p>What is asked while one is under way waits for the same end. Command loop only, but for {@link #signalled}.
 */
final class Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final CommandLoop server;
    private final Runnable end;

    /** Clients that asked, and wait for the end. */
    private final List<Client> asking = new ArrayList<>();

    private final Block block = asking::remove;

    /** Of the one under way. */
    private ShutdownMode mode;

    private boolean over;

    /** When replicas are waited for no longer; -1 unless they are. */
    private long deadlineTick = -1;

    /** A signal that the next tick carries out, until the end or until it is cancelled; null without. */
    private volatile Signal signal;

    private record Signal(String directive, Runnable cancelled) {}

    /**
     * @param end stops everything, and returns
     */
    Shutdown(CommandLoop server, Runnable end) {
        this.server = server;
        this.end = end;
    }

    /**
     * Shuts down at the next tick, as a signal does; any thread.
     *
     * @param directive how: {@code shutdown-on-sigterm} or {@code shutdown-on-sigint}
     * @param onCancel told on the command loop if the server goes on after all
     */
    void signalled(String directive, Runnable onCancel) {
        signal = new Signal(directive, onCancel);
    }

    /** SHUTDOWN: the client is blocked until the end, or answered with an error. */
    void ask(Client client, ShutdownMode how) {
        client.block = block;
        asking.add(client);
        begin(how);
    }

    /** Whether there is anything to {@link #abort}. */
    boolean isAsked() {
        return deadlineTick >= 0 || signal != null;
    }

    /** SHUTDOWN ABORT. Directs replies to those who asked. */
    void abort() {
        cancel();
        LOG.info("Shutdown manually aborted.");
    }

    /** Milliseconds for which replicas are still waited for, for INFO; 0 unless they are. */
    long millisLeft() {
        return deadlineTick < 0 ? 0 : Math.max(1, deadlineTick - server.tickMillis());
    }

    /** Cron, or an ACK: carries out what is due. */
    void look() {
        Signal asked = signal;
        if (over) {
            return;
        }
        if (asked != null && deadlineTick < 0) {
            begin(
                    server.loading() == null
                            ? server.config().shutdownMode(asked.directive)
                            : ShutdownMode.DEFAULT);
        } else if (deadlineTick >= 0 && (server.tickMillis() >= deadlineTick || inSync())) {
            finish();
        }
    }

    private void begin(ShutdownMode how) {
        if (over || deadlineTick >= 0) {
            return;
        }
        mode = how;
        LOG.warn("User requested shutdown...");
        long seconds = server.config().number("shutdown-timeout");
        if (mode.now() || seconds == 0 || inSync()) {
            finish();
            return;
        }
        deadlineTick = server.tickMillis() + TimeUnit.SECONDS.toMillis(seconds);
        server.primary().requestAcks();
        server.pause().begin();
        LOG.info("Waiting for replicas before shutting down.");
    }

    private boolean inSync() {
        server.propagation().flush();
        long offset = server.primary().primaryOffset();
        return server.primary().replicas().stream()
                .allMatch(replica -> replica.ackedOffset() == offset);
    }

    private void finish() {
        tellOfReplicas(server.primary());
        if (mayEnd() && saved()) {
            over = true;
            end.run();
        } else {
            LOG.warn("Errors trying to shut down the server. Check the logs for more information.");
            cancel();
        }
    }

    private static void tellOfReplicas(Primary primary) {
        List<ReplicaView> replicas = primary.replicas();
        int lagging = 0;
        for (ReplicaView replica : replicas) {
            long behind = primary.primaryOffset() - replica.ackedOffset();
            if (behind != 0) {
                lagging++;
                LOG.warn(
                        "Lagging replica {}:{} reported offset {} behind master, lag={}, state={}.",
                        replica.ip(),
                        replica.listeningPort(),
                        behind,
                        replica.state().equals("online") ? replica.ackAgeMillis() / 1000 : 0,
                        replica.state());
            }
        }
        if (!replicas.isEmpty()) {
            LOG.info(
                    "{} of {} replicas are in sync when shutting down.",
                    replicas.size() - lagging,
                    replicas.size());
        }
    }

    /** Ends what runs in the background; false if that is what the data set would be lost with. */
    private boolean mayEnd() {
        if (server.rewrites().isFirstUnderWay()) {
            // The log that was switched on is worth nothing without it.
            if (!mode.force()) {
                LOG.warn("Writing initial AOF, can't exit.");
                return false;
            }
            LOG.warn("Writing initial AOF. Exit anyway.");
        }
        if (server.rewrites().inProgress()) {
            LOG.warn("There is a thread rewriting the AOF. Killing it!");
        } else if (server.snapshots().makingRdb()) {
            LOG.warn("There is a thread saving an .rdb. Killing it!");
        }
        server.snapshots().abort("the server shuts down");
        return true;
    }

    private boolean saved() {
        // What is half loaded must not replace the file that it comes from.
        boolean wanted =
                server.loading() == null
                        && !mode.noSave()
                        && (mode.save() || !server.snapshots().savePoints().isEmpty());
        if (!wanted) {
            return true;
        }
        LOG.info("Saving the final RDB snapshot before exiting.");
        if (server.snapshots().inForeground() == null) {
            return true;
        }
        LOG.warn(
                mode.force()
                        ? "Error trying to save the DB. Exit anyway."
                        : "Error trying to save the DB, can't exit.");
        return mode.force();
    }

    private void cancel() {
        Signal aborted = signal;
        signal = null;
        deadlineTick = -1;
        if (aborted != null) {
            aborted.cancelled.run();
        }
        for (Client client : List.copyOf(asking)) {
            client.block = null;
            server.replyTo(client).error("ERR Errors trying to SHUTDOWN. Check logs.");
            server.shares().add(client);
        }
        asking.clear();
        server.pause().end();
    }
}
