package io.replbuf.primary;

/**
 * How long a loop lets small sends gather, from what a send costs it. The loop's alone.
 *
 * <p>A send call costs the same up to 16 KiB, so what a round over all replicas costs grows with their number and not with the
 * bytes. A replica is therefore sent to again only when {@value #ROUNDS} times a round's cost has passed: small sends take at
 * most 1/{@value #ROUNDS} of the loop's time, whatever N, until the configured delay bounds them. With 5 µs a send
 * that is 80 µs for one replica and, with 500 µs allowed, 500 µs from seven on.
 */
final class SendPace {
    private static final int ROUNDS = 16;

    /** Weight of the newest measurement: 1/8, so that one slow call moves the delay little. */
    private static final int SHIFT = 3;

    /** Before the first measurement; see the class comment. */
    private long sendNanos = 5_000;

    /** A round in which {@code sends} replicas were sent to took so long. */
    void measured(int sends, long nanos) {
        sendNanos += (nanos / sends - sendNanos) >> SHIFT;
    }

    /** How long after its last send a replica with little pending is sent to again. */
    long delayNanos(int senders, long mostNanos) {
        return Math.min(mostNanos, ROUNDS * sendNanos * senders);
    }
}
