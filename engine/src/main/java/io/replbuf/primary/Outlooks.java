package io.replbuf.primary;

import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.stream.RedisOffsets;
import java.util.function.LongSupplier;

/** Measures, once a second, how fast the stream is written and taken, and says from it what replicas are to expect. Command loop. */
final class Outlooks {
    /** The worse of two rates counts: one is steady, the other soon sees a replica that has become slow. In seconds. */
    private static final int LONG = 5;

    private static final int SHORT = 2;

    private final ReplicationBuffer buffer;
    private final LimitChecks limits;
    private final LongSupplier backlogBytes;
    private final LongSupplier logBytes;
    private final Rate written = new Rate();

    /**
     * @param backlogBytes as configured
     * @param logBytes most bytes that the log keeps behind a reader, 0 without a log
     */
    Outlooks(
            ReplicationBuffer buffer,
            LimitChecks limits,
            LongSupplier backlogBytes,
            LongSupplier logBytes) {
        this.buffer = buffer;
        this.limits = limits;
        this.backlogBytes = backlogBytes;
        this.logBytes = logBytes;
    }

    /** A second has passed. */
    void look(Iterable<ReplicaSession> sessions, long nowMillis) {
        written.look(buffer.nextOffset(), nowMillis);
        for (ReplicaSession session : sessions) {
            if (session.state() == ReplicaSession.State.ONLINE) {
                session.taken.look(session.cursor.offset(), nowMillis);
            }
        }
    }

    /** For those that look at the counter file. */
    void publish(Iterable<ReplicaSession> sessions, long nowMillis) {
        for (ReplicaSession session : sessions) {
            if (session.slot() != null && session.state() == ReplicaSession.State.ONLINE) {
                session.slot().set(ReplicaSlot.Field.LOSS_MILLIS, of(session, nowMillis).millis());
            }
        }
    }

    /** Bytes of stream per second, -1 before that is known. */
    double writtenPerSecond() {
        return written.perSecond();
    }

    /** Of its lag, in bytes per second over the last seconds; 0 before that is known. */
    private double growth(ReplicaSession session, int seconds) {
        double taken = session.taken.perSecond(seconds);
        return taken < 0 ? 0 : written.perSecond(seconds) - taken;
    }

    Forecast of(ReplicaSession session, long nowMillis) {
        if (session.state() != ReplicaSession.State.ONLINE) {
            return new Forecast(Forecast.Loss.NONE, -1, false);
        }
        ReplicaCursor cursor = session.cursor;
        // A replica that is half a second behind keeps up: its lag comes and goes.
        boolean keepsUp = cursor.pendingBytes() < written.perSecond() / 2;
        double growth = keepsUp ? 0 : Math.max(growth(session, LONG), growth(session, SHORT));
        long lacks = RedisOffsets.fromRedis(session.ackedOffset);
        return limits.forecasts(backlogBytes.getAsLong(), logBytes.getAsLong())
                .of(
                        cursor,
                        session.limitWatch.aboveSoftMillis(nowMillis),
                        growth,
                        lacks >= buffer.startWithout(cursor));
    }
}
