package io.replbuf.primary;

/**
 * Since when nothing has moved for a session that should: the one timer of every state. Command loop.
 *
 * <pre>
 *   state          INFO         what has to move                                         after repl-timeout without
 *   WAIT_SNAPSHOT  wait_bgsave  the snapshot under way, the delay before the next,       dropped (full sync)
 *                               or the log's sync that holds a finished one back
 *   TRANSFER       wait_bgsave  bytes of the RDB that the socket takes, or the           dropped (full sync)
 *                               snapshot while it has all there are
 *   TRANSFER_FILE  send_bulk    the same                                                 dropped (full sync)
 *   WAIT_ACK       send_bulk    anything that comes from the replica: an empty line      dropped (full sync)
 *                               is one, a replica that loads sends one a second
 *   ONLINE         online       anything that comes from the replica                     dropped (streaming sync)
 *   ONLINE, SYNC   online       nothing: such a replica never says anything              never
 * </pre>
 *
 * What has to move is read as a number, once a second. A state begins with a full measure of time.
 */
final class SignsOfLife {
    /** No number of ours: the next one seen is the first. */
    private static final long UNSEEN = -1;

    private long mark = UNSEEN;
    private long movedMillis;

    /** A state begins. */
    void begin(long nowMillis) {
        mark = UNSEEN;
        movedMillis = nowMillis;
    }

    /** Something has just moved. */
    void sign(long nowMillis) {
        movedMillis = nowMillis;
    }

    /** Looks at the number that moves with it, at least 0. */
    void look(long seen, long nowMillis) {
        if (mark != UNSEEN && seen != mark) {
            movedMillis = nowMillis;
        }
        mark = seen;
    }

    long stillForMillis(long nowMillis) {
        return Math.max(0, nowMillis - movedMillis);
    }

    /** What ends when nothing moves in that state, in Redis' words; null if nothing does. */
    static String end(ReplicaSession.State state, boolean legacySync) {
        return switch (state) {
            case WAIT_SNAPSHOT, TRANSFER, TRANSFER_FILE, WAIT_ACK -> "full sync";
            case ONLINE -> legacySync ? null : "streaming sync";
            case CLOSED -> null;
        };
    }
}
