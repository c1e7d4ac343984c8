package io.replbuf.harness.run;

import io.replbuf.harness.measure.CsvWriter;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.ServerCounters;
import io.replbuf.harness.replica.ReplicaFleet;
import io.replbuf.harness.replica.SimulatedReplica;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes {@code lag.csv}: for each replica the primary's offset minus what the replica's socket took, and
 * when the server expects to lose it.
 *
 * <p>Where the server does not tell what a socket took (a real Redis), what the replica has read stands in for it; the two differ by
 * what both kernels hold. For one thread.
 */
final class LagSampler implements Closeable {
    private static final List<String> COLUMNS =
            Stream.concat(RunFiles.LAG_COLUMNS.stream(), Stream.of(RunFiles.LOSS_COLUMN)).toList();

    private final ServerCounters counters;
    private final ReplicaFleet fleet;
    private final CsvWriter csv;
    private volatile long lagBytesMax;

    LagSampler(Path file, ServerCounters counters, ReplicaFleet fleet) throws IOException {
        this.counters = counters;
        this.fleet = fleet;
        this.csv = new CsvWriter(file, COLUMNS);
    }

    /** One row a replica that has been attached. */
    void sample(long cellMillis) throws IOException {
        long primary = fleet.primaryOffset();
        long most = 0;
        for (SimulatedReplica replica : fleet.replicas()) {
            ServerCounters.Replica told = counters.replica(replica.listeningPort());
            if (told == null && replica.offset() == 0) {
                continue;
            }
            long nextOffset = told == null ? replica.offset() + 1 : told.sentOffset();
            long lag = Math.max(0, primary + 1 - nextOffset);
            most = Math.max(most, lag);
            csv.write(
                    cellMillis,
                    replica.index(),
                    lag,
                    nextOffset,
                    told != null && told.inLog() ? 1 : 0,
                    told == null ? -1 : told.lossMillis());
        }
        lagBytesMax = most;
    }

    /** Of the last sample; any thread. */
    long lagBytesMax() {
        return lagBytesMax;
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
