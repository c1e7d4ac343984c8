package io.replbuf.primary;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions that there are, and what ends them from our side: limits, timeouts, lost places, want of memory. Command loop. */
final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private final List<ReplicaSession> sessions = new ArrayList<>();
    private long limitDisconnections;

    void add(ReplicaSession session) {
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

    /** Replicas that the stream is sent to. */
    int online() {
        int count = 0;
        for (ReplicaSession session : sessions) {
            if (session.state == ReplicaSession.State.ONLINE) {
                count++;
            }
        }
        return count;
    }

    /** Replicas online that have acknowledged at least {@code redisOffset}. */
    int countAcked(long redisOffset) {
        int count = 0;
        for (ReplicaSession session : sessions) {
            if (session.state == ReplicaSession.State.ONLINE
                    && session.ackedOffset >= redisOffset) {
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
                closeByLimit(session, "overcoming of output buffer limits", true);
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
        closeByLimit(largest, "want of memory for the stream (" + reason + ")", false);
        return true;
    }

    /** Drops who has been silent for too long. */
    void closeSilent(long nowMillis, long timeoutMillis) {
        for (int i = sessions.size() - 1; i >= 0; i--) {
            ReplicaSession session = sessions.get(i);
            if (session.state == ReplicaSession.State.ONLINE
                    && !session.legacySync
                    && nowMillis - session.lastAckMillis > timeoutMillis) {
                LOG.warn("Disconnecting timedout replica (streaming sync): {}", session.address());
                session.close();
            }
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
                session.close();
            }
        }
    }

    private void closeByLimit(ReplicaSession session, String why, boolean mayKeepPlace) {
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
        if (mayKeepPlace) {
            session.drop();
        } else {
            session.close();
        }
    }
}
