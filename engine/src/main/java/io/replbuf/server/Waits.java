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
    private final class Waiting implements Block {
        private final Client client;
        private final long offset;
        private final int replicas;
        private Future<?> timeout;

        private Waiting(Client client, long offset, int replicas) {
            this.client = client;
            this.offset = offset;
            this.replicas = replicas;
        }

        @Override
        public void forget(Client gone) {
            waiting.remove(this);
            cancelTimeout(this);
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
        client.block = wait;
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

    private void end(Waiting wait) {
        if (!waiting.remove(wait)) {
            return;
        }
        cancelTimeout(wait);
        wait.client.block = null;
        server.replyTo(wait.client).integer(server.primary().countAcked(wait.offset));
        server.shares().add(wait.client);
    }

    private static void cancelTimeout(Waiting wait) {
        if (wait.timeout != null) {
            wait.timeout.cancel(false);
        }
    }
}
