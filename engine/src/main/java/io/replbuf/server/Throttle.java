package io.replbuf.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Holds writers back while what they wrote is not carried away: by the log's disk, under {@code repl-log-on-stall throttle}, or by the
 * sends to replicas, see {@code repl-buffer-send-lag-max}.
 *
 * <p>Command loop only. A writer is a client that has changed data before; one that only reads or administers goes on, and
 * becomes a writer by its first write. Of a writer no further command runs and nothing more is read, so it costs what was read
 * already, at most a buffer. It goes on when the log is within {@code repl-log-stall-bytes} again, and the sends are within theirs; a
 * log that stops, as it does when its disk takes nothing at all any more, lets everybody go on too.
 */
final class Throttle {
    /** How soon a turn looks again while writers are held and no event comes. Sends move on faster than a disk that stands still. */
    private static final long LOOK_MICROS = 250;

    private static final long LOOK_STALLED_MICROS = 1_000;

    private final CommandLoop server;
    private final List<Client> held = new ArrayList<>();
    private final Runnable look = this::look;

    /** Whether the log holds them. */
    private boolean stalled;

    /** Whether a look is on its way; one at a time, however many turns end meanwhile. */
    private boolean lookDue;

    private long stalledSinceNanos;
    private long times;
    private long nanos;

    Throttle(CommandLoop server) {
        this.server = server;
    }

    /** Whether no command of this client is to run now; if so it is one of the held. */
    boolean holds(Client client) {
        if (!client.writer || !stalled && !server.primary().outrunsSends()) {
            return false;
        }
        if (!client.held) {
            client.held = true;
            held.add(client);
            askForLook();
            client.pauseReading();
        }
        return true;
    }

    /** End of a turn: lets everybody go on, if that can be. */
    void settle() {
        boolean stalls = server.primary().throttling();
        if (stalls && !stalled) {
            times++;
            stalledSinceNanos = System.nanoTime();
        } else if (!stalls && stalled) {
            nanos += System.nanoTime() - stalledSinceNanos;
        }
        stalled = stalls;
        boolean behind = server.primary().stillOutrunsSends();
        if (held.isEmpty()) {
            return;
        }
        if (!stalled && !behind) {
            release();
        } else {
            askForLook();
        }
    }

    private void askForLook() {
        if (!lookDue) {
            lookDue = true;
            long micros = stalled ? LOOK_STALLED_MICROS : LOOK_MICROS;
            server.loop().schedule(look, micros, TimeUnit.MICROSECONDS);
        }
    }

    /** A turn, since its end asks again. */
    private void look() {
        lookDue = false;
        server.turn(() -> {});
    }

    private void release() {
        for (Client client : held) {
            client.held = false;
            server.shares().add(client);
        }
        held.clear();
    }

    void forget(Client client) {
        if (client.held) {
            held.remove(client);
        }
    }

    /** Clients that are held. */
    int count() {
        return held.size();
    }

    /** How often the log has begun to hold them. */
    long times() {
        return times;
    }

    /** For how long the log has held them. */
    long millis() {
        return TimeUnit.NANOSECONDS.toMillis(
                nanos + (stalled ? System.nanoTime() - stalledSinceNanos : 0));
    }
}
