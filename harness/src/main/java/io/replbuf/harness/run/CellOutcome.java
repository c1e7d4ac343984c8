package io.replbuf.harness.run;

import io.replbuf.harness.load.Loader;
import io.replbuf.harness.load.Pinger;
import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.IntervalLog;
import io.replbuf.harness.measure.Machine;
import io.replbuf.harness.measure.MachineWatch;
import io.replbuf.harness.measure.MemorySampler;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.replica.DelayProbe;
import io.replbuf.harness.replica.FleetCounts;
import io.replbuf.harness.replica.StreamTruth;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Phase;
import io.replbuf.harness.scenario.Replicas;
import io.replbuf.harness.scenario.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Puts together what a cell came to, once everything rests, and judges it. */
record CellOutcome(
        Cell cell,
        TargetServer server,
        StreamTruth truth,
        Loader loader,
        List<Pinger> pingers,
        DelayProbe delayProbe,
        Seen seen,
        MemorySampler memory,
        IntervalLog latency,
        MachineWatch machine,
        Verdicts verdicts) {

    /**
     * @param streamBytes growth of the primary's offset while measuring
     * @param harnessCpuMillis of this process while measuring
     * @param drainedAtMillis when the drain ended
     */
    CellResult result(
            String startedAt,
            long streamBytes,
            long harnessCpuMillis,
            long drainedAtMillis,
            FleetCounts counts,
            CellResult.Resyncs resyncs) {
        double seconds = latency.countedSeconds();
        long writes = latency.measured("client.response").count();
        Double rate = cell.scenario().workload().ratePerSecond();
        boolean openLoop = cell.scenario().workload().mode() == Workload.Mode.OPEN;
        double offered = openLoop && rate != null && !cell.isWalk() ? rate * loadedShare() : 0;
        double delayP99 = latency.measured("loader.delay").p99();
        // First what explains the rest.
        failuresOf(server.death());
        boolean streamed = !cell.replicas().isEmpty() && streamBytes > 64 << 10;
        verdicts.judge(
                counts,
                truth.intact(),
                truth.source(),
                streamed && cell.scenario().replicas().check() != Replicas.StreamCheck.NONE);
        verdicts.judgeLoad(delayP99, loader.errors(), loader.firstError());
        verdicts.judgeRate(
                offered, writes / seconds, seconds, cell.scenario().workload().arrival());
        // A watcher that died has not watched: a cell that asked for it has nothing to say.
        failuresOf(loader.failure(), server.counters().failure());
        pingers.forEach(pinger -> failuresOf(pinger.failure()));
        failuresOf(delayProbe == null ? null : delayProbe.failure());
        long bound = server.isAccountable() ? memory.remainderBoundBytes() : -1;
        if (server.isAccountable()) {
            verdicts.judgeRemainder(memory.remainderPeakBytes(), bound, memory.kept());
        }
        Map<String, Long> growth = new TreeMap<>(memory.growth());
        growth.putAll(seen.values());
        Map<String, Long> cpuMillis = machine.serverMillis();
        Machine cores = machine.result();
        verdicts.judgeMachine(cores);
        return new CellResult(
                RunFiles.SCHEMA_VERSION,
                cell.id(),
                cell.scenario().name(),
                cell.strategy(),
                cell.target().kind().name().toLowerCase(Locale.ROOT),
                cell.repetition(),
                CellParameters.of(cell),
                cell.seed(),
                cell.directives(),
                phases(drainedAtMillis),
                verdicts.verdict(),
                startedAt,
                Math.round(seconds * 1e3),
                offered,
                writes / seconds,
                writes,
                streamBytes,
                new CellResult.Digest(
                        truth.source(),
                        counts.checkedChunks(),
                        counts.checkedTails(),
                        counts.mismatches(),
                        counts.gaps()),
                new CellResult.Latency(
                        latency.measured("client.response"),
                        latency.measured("client.service"),
                        latency.measured("pinger.response"),
                        latency.measured("control.response"),
                        delayP99),
                memory.peaks(),
                memory.rssPeakBytes(),
                server.isAccountable() ? memory.remainderPeakBytes() : 0,
                bound,
                resyncs,
                cpuMillis,
                cpuMillis.values().stream().mapToLong(Long::longValue).sum(),
                harnessCpuMillis,
                new CellResult.Gc(
                        growth.getOrDefault("gc_count", 0L),
                        growth.getOrDefault("gc_pause_nanos", 0L) / 1_000_000),
                growth,
                memory.kept(),
                cores);
    }

    /** Share of the measured time in which the loader was meant to write. */
    private double loadedShare() {
        long loaded = 0;
        long all = 0;
        for (Cell.PhaseSpan span : cell.spans()) {
            if (span.phase().kind() == Phase.Kind.MEASURE) {
                long millis = span.endMillis() - span.startMillis();
                all += millis;
                loaded += span.phase().load() ? millis : 0;
            }
        }
        return all == 0 ? 0 : loaded / (double) all;
    }

    private void failuresOf(String... reasons) {
        for (String reason : reasons) {
            if (reason != null) {
                verdicts.fail(reason);
            }
        }
    }

    private List<CellResult.Phase> phases(long drainedAtMillis) {
        List<CellResult.Phase> phases = new ArrayList<>();
        for (Cell.PhaseSpan span : cell.spans()) {
            boolean drain = span.phase().kind() == Phase.Kind.DRAIN;
            long end = drain ? Math.max(span.startMillis(), drainedAtMillis) : span.endMillis();
            phases.add(
                    new CellResult.Phase(
                            span.phase().name(),
                            span.startMillis(),
                            end,
                            latency.settled(span.phase().name())));
        }
        return phases;
    }
}
