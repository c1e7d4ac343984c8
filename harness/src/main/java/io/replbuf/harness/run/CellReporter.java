package io.replbuf.harness.run;

import io.replbuf.harness.load.Loader;
import io.replbuf.harness.measure.IntervalLog;
import io.replbuf.harness.replica.ReplicaFleet;
import io.replbuf.harness.replica.ResyncRecord;
import io.replbuf.harness.scenario.Cell;
import java.util.function.Consumer;

/** Tells whoever watches how a cell is doing. For one thread. */
final class CellReporter {
    private final Cell cell;
    private final Consumer<CellProgress> progress;
    private final long beganAt = System.nanoTime();
    private long answeredBefore;
    private long answeredBeforeAt;

    CellReporter(Cell cell, Consumer<CellProgress> progress) {
        this.cell = cell;
        this.progress = progress;
    }

    /** Before the phases. */
    void tell(String what) {
        progress.accept(
                new CellProgress(what, (System.nanoTime() - beganAt) / 1_000_000, 0, 0, 0, 0, 0));
    }

    /** During the phases. */
    void report(
            long cellMillis,
            Loader loader,
            ReplicaFleet fleet,
            IntervalLog latency,
            LagSampler lag) {
        long now = System.nanoTime();
        long answered = loader.answered();
        double rate =
                answeredBeforeAt == 0
                        ? 0
                        : (answered - answeredBefore) * 1e9 / (now - answeredBeforeAt);
        answeredBefore = answered;
        answeredBeforeAt = now;
        int full = 0;
        int partial = 0;
        for (ResyncRecord record : fleet.ledger()) {
            if (!record.cause().equals("initial")) {
                full += record.kind() == ResyncRecord.Kind.FULL ? 1 : 0;
                partial += record.kind() == ResyncRecord.Kind.PARTIAL ? 1 : 0;
            }
        }
        String phase = cell.spans().get(0).phase().name();
        for (Cell.PhaseSpan span : cell.spans()) {
            phase = span.startMillis() <= cellMillis ? span.phase().name() : phase;
        }
        progress.accept(
                new CellProgress(
                        phase,
                        (now - beganAt) / 1_000_000,
                        rate,
                        latency.recentP99("client.response") / 1_000,
                        lag.lagBytesMax(),
                        full,
                        partial));
    }
}
