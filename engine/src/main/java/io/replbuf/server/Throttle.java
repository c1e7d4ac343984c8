package io.replbuf.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code repl-log-on-stall throttle}: holds writers back while the log's disk is too far behind the stream.
 *
 * <p>Command loop only. A writer is a client that has changed data before; one that only reads or administers goes on, and
 * becomes a writer by its first write. Of a writer no further command runs and nothing more is read, so it costs what was read
 * already, at most a buffer. It goes on when the log is within {@code repl-log-stall-bytes} again; a log that stops, as it does
 * when its disk takes nothing at all any more, lets everybody go on too.
 */
final class Throttle {
    /** How soon a turn looks again while writers are held and no event comes. */
    private static final long LOOK_MILLIS = 1;

    private final CommandLoop server;
    private final List<Client> held = new ArrayList<>();
    private boolean on;

    /** Whether a look is on its way; one at a time, however many turns end meanwhile. */
    private boolean lookDue;

    private long onSinceNanos;
    private long times;
    private long nanos;

    Throttle(CommandLoop server) {
        this.server = server;
    }

    /** Whether no command of this client is to run now; if so it is one of the held. */
    boolean holds(Client client) {
        if (!on || !client.writer) {
            return false;
        }
        if (!client.held) {
            client.held = true;
            client.channel.config().setAutoRead(false);
            held.add(client);
        }
        return true;
    }

    /** End of a turn: begins to hold, or lets everybody go on. */
    void settle() {
        boolean wanted = server.primary().throttling();
        if (wanted && !on) {
            on = true;
            times++;
            onSinceNanos = System.nanoTime();
        } else if (!wanted && on) {
            on = false;
            nanos += System.nanoTime() - onSinceNanos;
            release();
        }
        if (on && !lookDue) {
            lookDue = true;
            server.loop().schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        lookDue = false;
        if (on) {
            // The turn's end asks the log again.
            server.turn(() -> {});
        }
    }

    private void release() {
        for (Client client : held) {
            client.held = false;
            if (!client.closed()) {
                client.channel.config().setAutoRead(!client.closingAfterReply());
                server.resume(client);
            }
        }
        held.clear();
    }

    void forget(Client client) {
        if (client.held) {
            held.remove(client);
        }
    }

    int count() {
        return held.size();
    }

    /** How often it has begun to hold. */
    long times() {
        return times;
    }

    long millis() {
        return TimeUnit.NANOSECONDS.toMillis(nanos + (on ? System.nanoTime() - onSinceNanos : 0));
    }
}
