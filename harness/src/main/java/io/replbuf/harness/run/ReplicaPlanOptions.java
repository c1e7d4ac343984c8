package io.replbuf.harness.run;

import io.replbuf.harness.replica.ReplicaOptions;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Replicas;

/** Turns a cell's plan for a replica into what the simulator takes. */
final class ReplicaPlanOptions {
    /** Replicas call their ports so: beyond the range from which systems hand out ports by themselves. */
    static final int CONTROL_PORT = 61_000;

    private static final int FIRST_PORT = CONTROL_PORT + 1;

    private ReplicaPlanOptions() {}

    /** See {@link Replicas.StreamCheck}. */
    static int checkEvery(Cell cell) {
        return switch (cell.scenario().replicas().check()) {
            case ALL -> 1;
            case SAMPLED -> 64;
            case NONE -> 0;
        };
    }

    static ReplicaOptions of(Cell cell, Cell.ReplicaPlan plan) {
        long link = plan.link().bytesPerSecond() == null ? 0 : plan.link().bytesPerSecond();
        long reader =
                plan.reader().readBytesPerSecond() == null ? 0 : plan.reader().readBytesPerSecond();
        // Whichever is slower; the primary cannot tell a slow link from a slow reader.
        long rate = link == 0 || reader == 0 ? Math.max(link, reader) : Math.min(link, reader);
        int port = FIRST_PORT + plan.index();
        if (port > 65_535) {
            port = 1_024 + plan.index();
        }
        return new ReplicaOptions(
                plan.index(),
                port,
                Math.toIntExact(plan.reader().receiveBufferBytes()),
                rate,
                plan.link().latency().toNanos(),
                plan.reader().applyDelay().toNanos(),
                cell.scenario().replicas().reconnect().toNanos(),
                checkEvery(cell));
    }
}
