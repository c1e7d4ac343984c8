package io.replbuf.primary;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.log.StreamLog;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.stream.History;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What the primary lives in; handed in by the server, so that tests hand in their own.
 *
 * @param commandLoop the thread of every method of {@link Primary}
 * @param replicaLoops where replicas' sockets go; may consist of the command loop alone
 * @param senderLoops where sockets of replicas go that are sent to from the log; null: they stay where they are
 * @param nanoClock a monotonic clock
 * @param tickMillis a monotonic clock in milliseconds: of timeouts, PINGs and limits, which a wall clock that is set must not touch
 * @param extents source of native memory
 * @param accountant the engine's books
 * @param helper runs what must not run on the command loop
 * @param snapshots the server's one snapshot at a time
 * @param strategy makes the buffer
 * @param options the strategy's and the log's directives, by name
 * @param dir the server's {@code dir}: the log's folder is in it
 * @param tap file that chunk checksums of the stream are published in, null for none
 * @param slots where replicas' numbers are published
 * @param acked runs when an ACK arrived: a WAIT may be over
 * @param history the history to start with
 * @param redisOffset the offset to start with, in Redis' numbering: how many bytes there were
 * @param log opened at that offset and yet to be started; null without. The primary closes it
 * @param logEvents what the log was opened with
 */
public record PrimaryEnv(
        EventLoop commandLoop,
        EventLoopGroup replicaLoops,
        EventLoopGroup senderLoops,
        LongSupplier nanoClock,
        LongSupplier tickMillis,
        Extents extents,
        Accountant accountant,
        Executor helper,
        SnapshotService snapshots,
        ReplicationBufferFactory strategy,
        Map<String, String> options,
        Path dir,
        Path tap,
        ReplicaSlots slots,
        Runnable acked,
        History history,
        long redisOffset,
        StreamLog log,
        LogEvents logEvents) {
    /** The same with a stream to begin, or to go on with. */
    public PrimaryEnv withStream(
            History from, long fromOffset, StreamLog open, LogEvents events, ReplicaSlots where) {
        return with(strategy, tap, where, from, fromOffset, open, events);
    }

    /** The same for a primary that answers while the data set is loaded: without stream, history and log. */
    public PrimaryEnv withoutStream() {
        return with(
                NoStream.named(strategy.name()),
                null,
                ReplicaSlots.NONE,
                History.fresh(),
                0,
                null,
                new LogEvents());
    }

    private PrimaryEnv with(
            ReplicationBufferFactory factory,
            Path tapFile,
            ReplicaSlots where,
            History from,
            long fromOffset,
            StreamLog open,
            LogEvents events) {
        return new PrimaryEnv(
                commandLoop,
                replicaLoops,
                senderLoops,
                nanoClock,
                tickMillis,
                extents,
                accountant,
                helper,
                snapshots,
                factory,
                options,
                dir,
                tapFile,
                where,
                acked,
                from,
                fromOffset,
                open,
                events);
    }
}
