package io.replbuf.primary;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The loops that replicas' sockets are spread over: <em>live</em> ones for those that are sent to from memory, <em>sender</em>
 * loops for those that read the log, so that a cold read from disk delays nobody who is live. Without sender loops the live ones
 * serve both. Command loop, but where another thread is named.
 */
final class ReplicaLoops {
    private final List<ReplicaLoop> loops = new ArrayList<>();
    private final List<ReplicaLoop> live;
    private final List<ReplicaLoop> senders;
    private int nextLive;
    private int nextSender;

    /**
     * @param senderGroup null if the live loops are to read the log, too
     */
    ReplicaLoops(EventLoopGroup liveGroup, EventLoopGroup senderGroup, LongSupplier nanoClock) {
        live = loops(liveGroup, nanoClock);
        senders = senderGroup == null ? live : loops(senderGroup, nanoClock);
    }

    private List<ReplicaLoop> loops(EventLoopGroup group, LongSupplier nanoClock) {
        List<ReplicaLoop> made = new ArrayList<>();
        for (EventExecutor loop : group) {
            made.add(new ReplicaLoop((EventLoop) loop, nanoClock));
        }
        loops.addAll(made);
        return made;
    }

    /** The loop for another replica while it is live, each in turn. */
    ReplicaLoop next() {
        return live.get(nextLive++ % live.size());
    }

    /** The loop for another replica while it reads the log, each in turn. */
    ReplicaLoop nextSender() {
        return senders.get(nextSender++ % senders.size());
    }

    /** The stream has grown to {@code nextOffset}; who reads the log waits for {@link #logWritten}. */
    void fed(long nextOffset) {
        for (int i = 0; i < live.size(); i++) {
            live.get(i).fed(nextOffset);
        }
    }

    /** A client waits until replicas have what is below {@code nextOffset}. */
    void awaited(long nextOffset) {
        for (int i = 0; i < live.size(); i++) {
            live.get(i).awaited(nextOffset);
        }
    }

    /** Replicas that read the log have something new. The log's thread. */
    void logWritten() {
        for (int i = 0; i < senders.size(); i++) {
            senders.get(i).logWritten();
        }
    }

    /** Something other than the stream's growth may have made a replica ready: every loop looks. Any thread. */
    void wakeAll() {
        loops.forEach(ReplicaLoop::wake);
    }

    /** What all loops have sent. */
    SendTotals totals() {
        SendTotals totals = new SendTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        for (ReplicaLoop loop : loops) {
            totals = totals.plus(loop);
        }
        return totals;
    }

    /** Sums over loops; see {@link PrimaryStats} for their meaning. */
    record SendTotals(
            long calls,
            long bytes,
            long eagains,
            long fileCalls,
            long fileBytes,
            long snapshotBytes,
            long copiedBytes,
            long copiesInFlight,
            long moves,
            long failures) {
        private SendTotals plus(ReplicaLoop loop) {
            SendCounters counters = loop.counters();
            return new SendTotals(
                    calls + counters.calls(),
                    bytes + counters.bytes(),
                    eagains + counters.eagains(),
                    fileCalls + counters.fileCalls(),
                    fileBytes + counters.fileBytes(),
                    snapshotBytes + counters.snapshotBytes(),
                    copiedBytes + counters.copiedBytes(),
                    copiesInFlight + counters.copiesInFlight(),
                    moves + counters.moves(),
                    failures + loop.failures());
        }
    }
}
