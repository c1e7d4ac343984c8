package io.replbuf.harness.cli;

import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.Target;
import io.replbuf.harness.scenario.Workload;
import java.util.function.Predicate;

/**
 * How much a run writes, estimated from above.
 *
 * @param keptBytes the raw files of all cells
 * @param workBytes the most that one cell's server writes into its working folder, which is removed after the cell
 */
record DiskNeed(long keptBytes, long workBytes) {
    /*
     * Of committed runs: samples at 20 Hz and a histogram each second come to 16 kB a second, a replica adds 0.2; a schedule
     * that waits for replies has written at most some 500 MB/s on two cores.
     */
    private static final double FILES_BYTES_PER_SECOND = 25e3;
    private static final double REPLICA_BYTES_PER_SECOND = 0.3e3;
    private static final double CLOSED_BYTES_PER_SECOND = 500e6;

    /**
     * @param hasLog whether a strategy of that name keeps the stream on disk
     */
    static DiskNeed of(Plan plan, Predicate<String> hasLog) {
        double kept = 0;
        double work = 0;
        for (Cell cell : plan.cells()) {
            double seconds = cell.estimate().toMillis() / 1e3;
            kept +=
                    seconds
                            * (FILES_BYTES_PER_SECOND
                                    + cell.replicas().size() * REPLICA_BYTES_PER_SECOND);
            work = Math.max(work, work(cell, seconds, hasLog));
        }
        return new DiskNeed(Math.round(kept), Math.round(work));
    }

    private static double work(Cell cell, double seconds, Predicate<String> hasLog) {
        Workload workload = cell.scenario().workload();
        boolean logs =
                "yes".equals(cell.directives().get("appendonly"))
                        || (cell.target().kind() != Target.Kind.REDIS
                                && hasLog.test(cell.arm().strategy()));
        boolean snapshotFile = !"yes".equals(cell.directives().get("repl-diskless-sync"));
        double rate =
                workload.mode() == Workload.Mode.CLOSED
                        ? CLOSED_BYTES_PER_SECOND
                        : workload.streamBytesPerSecond();
        return (snapshotFile ? workload.dataBytes() : 0)
                // The log's base, the preload's commands, the stream.
                + (logs ? 2.0 * workload.dataBytes() + rate * seconds : 0);
    }
}
