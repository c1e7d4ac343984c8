package io.replbuf.server;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Divides turns among clients: how much of one a client gets, and which of them have commands left for the next. Command loop
 * only.
 *
 * <pre>
 *   read ──▶ share of this turn ──commands left──▶ waiting ──next turn, behind the sockets──▶ share ──▶ …
 *                                  └─ nothing more is read until none are left
 * </pre>
 *
 * <p>A read brings up to 64 KiB, which is ten thousand tiny commands. Were they one event, every other client would wait for all
 * of them, and as many again for each client that does the same. The rest of a share waits, behind those that wait already, and each
 * gets one share a turn. What a WAIT or the {@link Throttle} has kept back comes the same way.
 *
 * <p>A peer may leave while commands of its wait. They run nevertheless, as they do in Redis, which runs all it has read before it
 * sees the end; no client is left to answer.
 */
final class Shares {
    /** Most commands of a share: tiny ones take up to half a millisecond. */
    static final int COMMANDS = 1_000;

    /** Most time of a share; a command is not interrupted. */
    private static final long NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** So many run whatever time they take: a short pipeline is answered with one write, on a slow machine, too. */
    private static final int COMMANDS_MIN = 64;

    private final CommandLoop server;
    private final Queue<Client> waiting = new ArrayDeque<>();
    private final Runnable turn;
    private boolean turnAsked;

    Shares(CommandLoop server) {
        this.server = server;
        turn = () -> server.turn(this::serve);
    }

    /** Whether a client has had its share of this turn. */
    boolean isSpent(int commands, long nanos) {
        return commands >= COMMANDS || commands >= COMMANDS_MIN && nanos >= NANOS;
    }

    /** Commands of the client may run in the next turn. */
    void add(Client client) {
        if (!client.waitsForShare) {
            client.waitsForShare = true;
            waiting.add(client);
        }
    }

    /** End of a turn: has the next begin at once if there is work for it. A task from here runs after the sockets' events. */
    void settle() {
        if (!waiting.isEmpty() && !turnAsked) {
            turnAsked = true;
            server.loop().execute(turn);
        }
    }

    private void serve() {
        turnAsked = false;
        // Those that are added meanwhile have had their share.
        for (int i = waiting.size(); i > 0; i--) {
            serve(waiting.remove());
        }
    }

    private void serve(Client client) {
        client.waitsForShare = false;
        if (client.input.own() != null && client.mayProceed()) {
            server.process(client, client.input.own());
        }
        if (!client.waitsForShare && !client.held) {
            if (client.peerGone) {
                server.disconnected(client);
            } else {
                client.resumeReading();
            }
        }
    }
}
