package io.replbuf.primary;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.StreamHistory;
import io.replbuf.primary.FullSyncAttempts.Bound;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions that there are, and what ends them from our side: limits, timeouts, lost places, want of memory. Command loop. */
final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private final List<ReplicaSession> sessions = new ArrayList<>();
    private final Drops drops;
    private long limitDisconnections;

    /** Told of each session that we end, before its end. */
    interface Drops {
        /**
         * @param bound that its place in the stream has met, null if that was not it
         */
        void dropped(ReplicaSession session, String why, Bound bound);
    }

    Sessions(Drops drops) {
        this.drops = drops;
    }

    /** All, of any state. */
    List<ReplicaSession> all() {
        return Collections.unmodifiableList(sessions);
    }

    /**
     * A replica that comes again while an older session of it is there, because its end has not reached us, is one replica: from
     * now on the older session does not count. It is sent to and shown as before, until something ends it.
     */
    void add(ReplicaSession session) {
        for (ReplicaSession other : sessions) {
            if (session.isOfSameReplica(other) && !other.superseded) {
                other.superseded = true;
                LOG.info(
                        "Replica {} is here again as {}: its session {} does not count any more",
                        session.name(),
                        session.address(),
                        other.address());
            }
        }
        sessions.add(session);
    }

    void remove(ReplicaSession session) {
        sessions.remove(session);
    }

    boolean isEmpty() {
        return sessions.isEmpty();
    }

    int size() {
        return sessions.size();
    }

    /** Shows those who are sent to from memory. */
    void showTo(SendLag lag) {
        for (int i = 0; i < sessions.size(); i++) {
            ReplicaSession session = sessions.get(i);
            ReplicaCursor cursor = session.cursor;
            if (session.state() == ReplicaSession.State.ONLINE && !cursor.inLog()) {
                lag.see(
                        session.sendShare,
                        cursor.offset(),
                        cursor.pendingBytes(),
                        session.socketFull());
            }
        }
    }

    /** Replicas that the stream is sent to, each once. */
    int online() {
        int count = 0;
        for (ReplicaSession session : sessions) {
            if (session.countsAsOnline()) {
                count++;
            }
        }
        return count;
    }

    /** Replicas online that have acknowledged at least {@code redisOffset}, each once. */
    int countAcked(long redisOffset) {
        int count = 0;
        for (ReplicaSession session : sessions) {
            if (session.countsAsOnline() && session.ackedOffset >= redisOffset) {
                count++;
            }
        }
        return count;
    }

    List<ReplicaView> views(long nowMillis) {
        return sessions.stream().map(session -> session.view(nowMillis)).toList();
    }

    long limitDisconnections() {
        return limitDisconnections;
    }

    /** Ends the session of this client; false if there is none. */
    boolean close(long clientId) {
        for (ReplicaSession session : sessions) {
            if (session.clientId() == clientId) {
                session.close();
                return true;
            }
        }
        return false;
    }

    void closeAll() {
        List.copyOf(sessions).forEach(ReplicaSession::close);
    }

    /**
     * Drops who is beyond the output limit.
     *
     * @return what the largest of the others is charged with, in bytes
     */
    long closeExceeding(OutputLimit limit, LimitConfig config, long nowMillis) {
        long largest = 0;
        for (int i = sessions.size() - 1; i >= 0; i--) {
            ReplicaSession session = sessions.get(i);
            if (session.cursor == null) {
                continue;
            }
            if (session.limitWatch.exceeded(session.cursor, limit, config, nowMillis)) {
                boolean hard =
                        config.hardBytes() > 0
                                && session.cursor.limitedBytes() >= config.hardBytes();
                closeByLimit(
                        session,
                        "overcoming of output buffer limits",
                        hard ? Bound.HARD_LIMIT : Bound.SOFT_LIMIT);
            } else {
                largest = Math.max(largest, session.cursor.limitedBytes());
            }
        }
        return largest;
    }

    /** Drops the one that holds most memory, which nothing is to keep then; false if there is none. */
    boolean closeLargest(String reason) {
        ReplicaSession largest = null;
        for (ReplicaSession session : sessions) {
            if (session.cursor != null
                    && (largest == null
                            || session.cursor.outputBytes() > largest.cursor.outputBytes())) {
                largest = session;
            }
        }
        if (largest == null) {
            return false;
        }
        closeByLimit(largest, "want of memory for the stream (" + reason + ")", null);
        return true;
    }

    /**
     * Drops those for whom nothing has moved for too long.
     *
     * @param waited tells whether what a session that waits for an RDB waits for has moved, by a number that moves with it
     */
    void closeLifeless(long nowMillis, long timeoutMillis, ToLongFunction<ReplicaSession> waited) {
        for (int i = sessions.size() - 1; i >= 0; i--) {
            // One that is dropped may take others along.
            if (i < sessions.size()) {
                look(sessions.get(i), nowMillis, timeoutMillis, waited);
            }
        }
    }

    private void look(
            ReplicaSession session,
            long nowMillis,
            long timeoutMillis,
            ToLongFunction<ReplicaSession> waited) {
        long mark =
                switch (session.state()) {
                    case WAIT_SNAPSHOT -> waited.applyAsLong(session);
                    // One that has taken all there is waits for the snapshot to go on.
                    case TRANSFER ->
                            session.hasTakenAll()
                                    ? waited.applyAsLong(session)
                                    : session.transferredBytes();
                    case TRANSFER_FILE -> session.transferredBytes();
                    case WAIT_ACK, ONLINE -> session.heardCount();
                    case CLOSED -> 0;
                };
        session.life.look(mark, nowMillis);
        String end = SignsOfLife.end(session.state(), session.legacySync);
        if (end != null && session.life.stillForMillis(nowMillis) > timeoutMillis) {
            LOG.warn("Disconnecting timedout replica ({}): {}", end, session.address());
            drops.dropped(session, "silence", null);
            session.close();
        }
    }

    /**
     * Drops whose place in the stream is gone: the log stopped, or retention's cap overtook it.
     *
     * @param nextOffset of the stream
     * @param capBytes of the log's disk
     */
    void closeBroken(long nextOffset, long capBytes) {
        for (int i = sessions.size() - 1; i >= 0; i--) {
            ReplicaSession session = sessions.get(i);
            String reason = session.cursor == null ? null : session.cursor.broken();
            if (reason != null) {
                LOG.warn(
                        "Closing replica {}: its place in the stream is gone ({}), lag={} bytes, repl-log-max-bytes={}",
                        session.address(),
                        reason,
                        nextOffset - session.cursor.offset(),
                        capBytes);
                drops.dropped(
                        session, reason, reason.equals(StreamHistory.GAP) ? Bound.LOG_CAP : null);
                session.close();
            }
        }
    }

    /**
     * @param bound that the session has met, after which the strategy may keep its place; null if its memory is wanted
     */
    private void closeByLimit(ReplicaSession session, String why, Bound bound) {
        limitDisconnections++;
        if (session.slot() != null) {
            session.slot().add(ReplicaSlot.Field.LIMIT_DISCONNECTIONS, 1);
        }
        LOG.warn(
                "Client id={} addr={} omem={} lag={} scheduled to be closed ASAP for {}.",
                session.clientId(),
                session.address(),
                session.cursor.outputBytes(),
                session.cursor.pendingBytes(),
                why);
        drops.dropped(session, why, bound);
        if (bound != null) {
            session.drop();
        } else {
            session.close();
        }
    }
}
