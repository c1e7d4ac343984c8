package io.replbuf.server;

import io.netty.util.concurrent.Future;
import io.replbuf.buffer.LimitConfig;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens by itself, {@code hz} times a second on the command loop: expiry, rehashing, save points, idle clients, soft
 * limits, and the primary's own cron.
 *
 * <p>Each piece of work has a budget; when there is more, it goes on in a turn of its own rather than in a longer one. While the
 * data set is loaded, it is left alone: no key expires, and no snapshot begins.
 */
final class Cron {
    private static final Logger LOG = LoggerFactory.getLogger(Cron.class);

    /** The primary's and the samples' period, whatever hz is. */
    private static final int PERIOD_MILLIS = 100;

    private static final int EXPIRE_KEYS = 1_000;
    private static final long BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final CommandLoop server;
    private Future<?> timer;
    private long lastPeriodMillis;
    private boolean moreScheduled;

    Cron(CommandLoop server) {
        this.server = server;
    }

    /** Begins, or goes on with another hz. */
    void start() {
        stop();
        long nanos = TimeUnit.SECONDS.toNanos(1) / server.config().number("hz");
        timer =
                server.loop()
                        .scheduleAtFixedRate(
                                () -> server.turn(this::tick), nanos, nanos, TimeUnit.NANOSECONDS);
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    void tick() {
        if (server.cronPaused()) {
            return;
        }
        boolean loading = server.loading() != null;
        if (!loading && !server.pause().active()) {
            work(server.nowMillis());
        }
        long now = server.tickMillis();
        if (now - lastPeriodMillis >= PERIOD_MILLIS) {
            lastPeriodMillis = now;
            clients(now);
            if (!loading) {
                server.snapshots().cron(now);
                server.rewrites().cron(now);
            }
            server.primary().cron(now);
            server.parking().cron();
            sample();
        }
        // At last, since it may be the end.
        server.shutdown().look();
    }

    private void work(long now) {
        int expired =
                server.keyspace()
                        .activeExpire(now, EXPIRE_KEYS, BUDGET_NANOS, server.propagation());
        boolean more = server.keyspace().rehashStep(BUDGET_NANOS);
        // More than a quarter of those looked at had expired: there are many, as Redis' rule has
        // it.
        if ((more || expired * 4 > EXPIRE_KEYS) && !moreScheduled) {
            moreScheduled = true;
            server.loop()
                    .schedule(
                            () -> {
                                moreScheduled = false;
                                if (server.loading() == null && !server.pause().active()) {
                                    server.turn(() -> work(server.nowMillis()));
                                }
                            },
                            1,
                            TimeUnit.MILLISECONDS);
        }
    }

    private void clients(long now) {
        server.clients().settleAccount();
        long timeoutMillis = TimeUnit.SECONDS.toMillis(server.config().number("timeout"));
        LimitConfig limit = server.normalLimit();
        if (timeoutMillis == 0 && limit.softBytes() == 0 && limit.hardBytes() == 0) {
            return;
        }
        for (Client client : server.clients().ordinaryNow()) {
            if (timeoutMillis > 0
                    && client.block == null
                    && now - client.lastActiveMillis > timeoutMillis) {
                LOG.debug("Closing idle client {}", client.peer);
                client.close();
            } else if (passesLimit(client, limit, now)) {
                LOG.warn(
                        "Client {} closed for overcoming of output buffer limits.",
                        ClientLines.line(server, client));
                server.stats().limitDisconnections++;
                client.close();
            }
        }
    }

    private static boolean passesLimit(Client client, LimitConfig limit, long now) {
        // Replies that queue up behind parked ones gather over many turns.
        long bytes = client.queuedBytes() + client.gatheredBytes();
        if (limit.hardBytes() > 0 && bytes > limit.hardBytes()) {
            return true;
        }
        if (limit.softBytes() == 0 || bytes <= limit.softBytes()) {
            client.aboveSoftSinceMillis = -1;
            return false;
        }
        if (client.aboveSoftSinceMillis < 0) {
            client.aboveSoftSinceMillis = now;
        }
        return now - client.aboveSoftSinceMillis > TimeUnit.SECONDS.toMillis(limit.softSeconds());
    }

    private void sample() {
        ServerStats stats = server.stats();
        long nanos = server.nanos();
        stats.opsRate.sample(stats.commands, nanos);
        stats.inputRate.sample(stats.inputBytes, nanos);
        stats.outputRate.sample(stats.outputBytes, nanos);
        stats.replicationRate.sample(server.primary().stats().netReplOutputBytes(), nanos);
        stats.usedPeakBytes = Math.max(stats.usedPeakBytes, server.accountant().usedBytes());
    }
}
