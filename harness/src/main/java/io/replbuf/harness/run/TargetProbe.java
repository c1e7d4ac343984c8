package io.replbuf.harness.run;

import io.replbuf.harness.measure.ServerCounters;
import io.replbuf.harness.replica.ReplicaProbe;
import java.util.HashMap;
import java.util.Map;

/** Answers a fleet's questions from the server's counters. Used on the fleet's event loop only. */
final class TargetProbe implements ReplicaProbe {
    private final ServerCounters counters;
    private final long outputLimitBytes;
    private final Map<Integer, Long> limitDisconnections = new HashMap<>();

    /**
     * @param outputLimitBytes smallest output limit for replicas, 0 for none: what a close is blamed on when the server does not say
     */
    TargetProbe(ServerCounters counters, long outputLimitBytes) {
        this.counters = counters;
        this.outputLimitBytes = outputLimitBytes;
    }

    @Override
    public long primaryOffset() {
        return counters.value("primary_offset");
    }

    @Override
    public long fileBytes(int listeningPort) {
        ServerCounters.Replica replica = counters.replica(listeningPort);
        return replica == null ? 0 : replica.fileBytes();
    }

    @Override
    public String closeCause(int listeningPort, long lagBytes) {
        ServerCounters.Replica replica = counters.replica(listeningPort);
        if (replica == null) {
            return outputLimitBytes > 0 && lagBytes >= outputLimitBytes ? "limit" : "closed";
        }
        Long before = limitDisconnections.put(listeningPort, replica.limitDisconnections());
        return replica.limitDisconnections() > (before == null ? 0 : before) ? "limit" : "closed";
    }
}
