package io.replbuf.server;

import io.netty.util.concurrent.Future;
import io.replbuf.primary.Primary;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Clients that WAIT for replicas' acknowledgements. Command loop only. */
final class Waits {
    private final CommandLoop server;
    private final List<Waiting> waiting = new ArrayList<>();

    /** One blocked client. */
    static final class Waiting {
        private final Client client;
        private final long offset;
        private final int replicas;
        private Future<?> timeout;

        private Waiting(Client client, long offset, int replicas) {
            this.client = client;
            this.offset = offset;
            this.replicas = replicas;
        }
    }

    Waits(CommandLoop server) {
        this.server = server;
    }

    /**
     * Blocks the client until {@code replicas} have acknowledged its last write.
     *
     * @param timeoutMillis 0 for ever
     */
    void add(Client client, int replicas, long timeoutMillis) {
        Waiting wait = new Waiting(client, client.writeOffset, replicas);
        client.waiting = wait;
        waiting.add(wait);
        if (timeoutMillis > 0) {
            wait.timeout =
                    server.loop()
                            .schedule(
                                    () -> server.turn(() -> end(wait)),
                                    timeoutMillis,
                                    TimeUnit.MILLISECONDS);
        }
        server.primary().requestAcks();
    }

    int count() {
        return waiting.size();
    }

    /** An ACK arrived. */
    void check() {
        if (waiting.isEmpty()) {
            return;
        }
        Primary primary = server.primary();
        for (Waiting wait : new ArrayList<>(waiting)) {
            if (primary.countAcked(wait.offset) >= wait.replicas) {
                end(wait);
            }
        }
    }

    /** The client is gone: nobody to answer. */
    void forget(Client client) {
        if (client.waiting != null) {
            waiting.remove(client.waiting);
            cancelTimeout(client.waiting);
            client.waiting = null;
        }
    }

    private void end(Waiting wait) {
        if (!waiting.remove(wait)) {
            return;
        }
        cancelTimeout(wait);
        wait.client.waiting = null;
        server.replyTo(wait.client).integer(server.primary().countAcked(wait.offset));
        server.shares().add(wait.client);
    }

    private static void cancelTimeout(Waiting wait) {
        if (wait.timeout != null) {
            wait.timeout.cancel(false);
        }
    }
}
