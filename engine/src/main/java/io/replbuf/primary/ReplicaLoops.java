package io.replbuf.primary;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** The loops that replicas' sockets are spread over. Command loop, but for {@link #logWritten}. */
final class ReplicaLoops {
    private final List<ReplicaLoop> loops = new ArrayList<>();
    private int next;

    ReplicaLoops(EventLoopGroup group, LongSupplier nanoClock) {
        for (EventExecutor loop : group) {
            loops.add(new ReplicaLoop((EventLoop) loop, nanoClock));
        }
    }

    /** The loop for another replica, each in turn. */
    ReplicaLoop next() {
        return loops.get(next++ % loops.size());
    }

    /** The stream has grown to {@code nextOffset}. */
    void fed(long nextOffset) {
        for (int i = 0; i < loops.size(); i++) {
            loops.get(i).fed(nextOffset);
        }
    }

    /** Replicas that read the log have something new. The log's thread. */
    void logWritten() {
        for (int i = 0; i < loops.size(); i++) {
            loops.get(i).logWritten();
        }
    }

    /** Something other than the stream's growth may have made a replica ready: every loop looks. */
    void wakeAll() {
        loops.forEach(ReplicaLoop::wake);
    }

    /** What all loops have sent. */
    SendTotals totals() {
        SendTotals totals = new SendTotals(0, 0, 0, 0, 0, 0, 0);
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
                    failures + loop.failures());
        }
    }
}
