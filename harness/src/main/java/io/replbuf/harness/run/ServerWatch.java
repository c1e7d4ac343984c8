package io.replbuf.harness.run;

import io.replbuf.harness.load.Loader;
import io.replbuf.harness.measure.RedisInfo;
import io.replbuf.harness.replica.FleetCounts;
import io.replbuf.harness.replica.ReplicaFleet;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A cell's waits: each has a deadline, and each ends at once when the server ended or was stopped, with that as the reason. For one
 * thread.
 */
final class ServerWatch {
    /** How long it may take until a server's end, or that it is stopped, is seen. */
    private static final long BLAME_LIMIT_NANOS =
            StopWatch.LIMIT_NANOS + TimeUnit.SECONDS.toNanos(1);

    private static final long POLL_MILLIS = 5;
    private static final int ANSWER_MILLIS = 5_000;

    private final RunningServer server;

    ServerWatch(RunningServer server) {
        this.server = server;
    }

    /**
     * Does nothing while the server can serve.
     *
     * @param phase for the reason
     */
    void require(String phase) throws IOException {
        String death = server.death();
        if (death != null) {
            throw new IOException(phase + ": " + death);
        }
    }

    /**
     * Asks the server, which has nothing to do, for a sign of life.
     *
     * @return why it gave none, or null
     */
    String silence() throws InterruptedException {
        try (RedisInfo client = new RedisInfo(server.address(), null, ANSWER_MILLIS)) {
            client.call("PING");
            return null;
        } catch (IOException e) {
            return blamed(new IOException("no answer to PING: " + e.getMessage(), e)).getMessage();
        }
    }

    /** The same error, naming the server's end if that is the cause: a connection breaks a moment before its end can be seen. */
    IOException blamed(IOException seen) throws InterruptedException {
        long deadline = System.nanoTime() + BLAME_LIMIT_NANOS;
        while (System.nanoTime() - deadline < 0) {
            String death = server.death();
            if (death != null) {
                boolean said = String.valueOf(seen.getMessage()).contains(death);
                return said
                        ? seen
                        : new IOException(death + "; seen as " + seen.getMessage(), seen);
            }
            Thread.sleep(POLL_MILLIS);
        }
        return seen;
    }

    /** Waits until a loader has sent all it was to send, and has the replies. */
    void await(String phase, Loader waited, long limitNanos)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limitNanos;
        while (System.nanoTime() - deadline < 0) {
            require(phase);
            try {
                waited.done().get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                // Not yet; the deadline decides.
                continue;
            } catch (ExecutionException e) {
                throw new IOException(phase + ": " + e.getCause().getMessage(), e);
            }
        }
        throw new IOException(
                phase
                        + ": "
                        + waited.answered()
                        + " writes after "
                        + TimeUnit.NANOSECONDS.toSeconds(limitNanos)
                        + " s (expected: all)");
    }

    /**
     * Waits until replicas are attached.
     *
     * @param found what is there instead, for the reason
     */
    void await(
            ReplicaFleet fleet, BooleanSupplier attached, long limitNanos, Supplier<String> found)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limitNanos;
        while (!attached.getAsBoolean()) {
            require("attach");
            FleetCounts counts = fleet.counts();
            if (counts.protocolErrors() > 0) {
                throw new IOException("attach: " + counts.firstProtocolError());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        found.get()
                                + " after "
                                + TimeUnit.NANOSECONDS.toSeconds(limitNanos)
                                + " s (expected: all streaming)");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }
}
