package io.replbuf.harness.run;

import io.replbuf.harness.load.EchoProcess;
import io.replbuf.harness.load.LatencyRecorder;
import io.replbuf.harness.load.LoadOptions;
import io.replbuf.harness.load.Loader;
import io.replbuf.harness.load.Pinger;
import io.replbuf.harness.load.Transport;
import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.CpuByThread;
import io.replbuf.harness.measure.IntervalLog;
import io.replbuf.harness.measure.MemorySampler;
import io.replbuf.harness.measure.ProcFs;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.replica.FleetCounts;
import io.replbuf.harness.replica.ReplicaFleet;
import io.replbuf.harness.replica.ReplicaOptions;
import io.replbuf.harness.replica.ResyncRecord;
import io.replbuf.harness.replica.SimulatedReplica;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Phase;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One cell from a ready server to its result.
 *
 * <pre>
 *   preload ─ attach ─┬─ warm-up ─┬─ measured phases ─┬─ drain ─ settle ─ result
 *                     │           0                   load stops, everything is healed
 *                     samplers, loader, pingers start
 * </pre>
 *
 * <p>One thread does all of it: plays the events, takes the samples and rolls the intervals, each when its time has come. Loader,
 * pingers and replicas have threads of their own. Every wait has a deadline. Closing stops all of them and flushes the raw files.
 */
final class CellRun implements AutoCloseable {
    private static final long SAMPLE_MILLIS = 50;
    private static final long LAG_MILLIS = 200;
    private static final long ROLL_MILLIS = 1_000;
    private static final long PROGRESS_MILLIS = 500;

    /** Before the first intended write: time for the loader's loop to be there. */
    private static final long LEAD_NANOS = 20_000_000L;

    private static final long ATTACH_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long REPLY_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** Replicas call their ports so: beyond the range from which systems hand out ports by themselves. */
    private static final int FIRST_PORT = 61_001;

    private static final int CONTROL_PORT = 61_000;

    private final Cell cell;
    private final RunFiles files;
    private final TargetServer server;
    private final Transport transport;
    private final Consumer<CellProgress> progress;
    private final Verdicts verdicts = new Verdicts();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final long beganAt = System.nanoTime();
    private final CpuByThread serverCpu;
    private ReplicaFleet fleet;
    private Loader loader;
    private Pinger pinger;
    private Pinger control;
    private MemorySampler memory;
    private LagSampler lag;
    private IntervalLog latency;
    private EventPlayer events;
    private long zeroNanos;
    private long nextSample;
    private long nextLag;
    private long nextRoll;
    private long nextProgress;
    private long answeredBefore;
    private long answeredBeforeAt;

    CellRun(
            Cell cell,
            RunFiles files,
            TargetServer server,
            Transport transport,
            Consumer<CellProgress> progress) {
        this.cell = cell;
        this.files = files;
        this.server = server;
        this.transport = transport;
        this.progress = progress;
        this.serverCpu = new CpuByThread(server.pid());
    }

    CellResult run() throws IOException, InterruptedException {
        openSamplers();
        preload();
        attach();
        openLoad();
        long warmupNanos = TimeUnit.MILLISECONDS.toNanos(cell.warmupMillis());
        long startNanos = System.nanoTime() + LEAD_NANOS;
        zeroNanos = startNanos + warmupNanos;
        loader.start(startNanos);
        nextSample = nextLag = nextProgress = -cell.warmupMillis();
        nextRoll = nextSample + ROLL_MILLIS;
        playUntil(0, false);
        return measure();
    }

    private void openSamplers() throws IOException {
        memory =
                opened(
                        new MemorySampler(
                                files.memoryFile(cell.id()), server.counters(), server.pid()));
        if (server.isAccountable()) {
            memory.calibrate();
        }
    }

    private void preload() throws IOException, InterruptedException {
        if (!cell.scenario().workload().preload()) {
            return;
        }
        tell("preload");
        LoadOptions options =
                LoadOptions.preload(
                        cell.scenario().workload(), server.address(), null, cell.seed());
        try (Loader preloader = Loader.connect(options, transport)) {
            preloader.start(System.nanoTime());
            // At 5 MB/s even a slow machine is done within this.
            long seconds = 30 + cell.scenario().workload().dataBytes() / 5_000_000;
            await("preload", preloader, TimeUnit.SECONDS.toNanos(seconds));
            if (preloader.errors() > 0) {
                throw new IOException(
                        "preload: " + preloader.firstError() + " (expected: +OK to every write)");
            }
        }
    }

    private void attach() throws IOException, InterruptedException {
        tell("attach");
        long limit =
                MemoryUnits.replicaOutputLimit(
                        cell.directives().getOrDefault("client-output-buffer-limit", ""));
        TargetProbe probe = new TargetProbe(server.counters(), limit);
        fleet = opened(new ReplicaFleet(server.address(), null, probe, server.tap(), transport));
        if (server.tap() == null) {
            SimulatedReplica controlReplica = fleet.addControl(CONTROL_PORT);
            waitFor(
                    () -> controlReplica.state() == SimulatedReplica.State.STREAMING,
                    ATTACH_LIMIT_NANOS,
                    () -> "control replica is " + controlReplica.state());
        }
        int expected = 0;
        for (Cell.ReplicaPlan plan : cell.replicas()) {
            SimulatedReplica replica = fleet.add(options(plan));
            if (plan.attachedAtStart()) {
                replica.connect();
                expected++;
            }
        }
        int attached = expected;
        waitFor(
                () -> fleet.counts().streaming() == attached,
                ATTACH_LIMIT_NANOS,
                () -> fleet.counts().streaming() + " of " + attached + " replicas attached");
        lag = opened(new LagSampler(files.lagFile(cell.id()), server.counters(), fleet));
        events =
                opened(
                        new EventPlayer(
                                files.eventsFile(cell.id()), cell.events(), fleet.replicas()));
    }

    private ReplicaOptions options(Cell.ReplicaPlan plan) {
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
                cell.scenario().replicas().reconnect().toNanos());
    }

    private void openLoad() throws IOException {
        List<LatencyRecorder> recorders = new ArrayList<>();
        loader =
                opened(
                        Loader.connect(
                                LoadOptions.of(
                                        cell.scenario().workload(),
                                        server.address(),
                                        null,
                                        cell.seed()),
                                transport));
        recorders.addAll(List.of(loader.response(), loader.service(), loader.delay()));
        if (cell.scenario().probe().isOn()) {
            double rate = cell.scenario().probe().ratePerSecond();
            pinger = opened(new Pinger("pinger.response", server.address(), null, rate));
            recorders.add(pinger.response());
            if (cell.scenario().probe().control()) {
                EchoProcess echo = opened(EchoProcess.start());
                control = opened(new Pinger("control.response", echo.address(), null, rate));
                recorders.add(control.response());
                control.start();
            }
            pinger.start();
        }
        latency =
                opened(
                        new IntervalLog(
                                files.latencyFile(cell.id()),
                                recorders,
                                List.of(
                                        "cell " + cell.id(),
                                        "values in nanoseconds; measuring begins "
                                                + cell.warmupMillis()
                                                + " ms after the start time",
                                        "seed " + cell.seed() + ", config " + cell.configHash())));
    }

    private CellResult measure() throws IOException, InterruptedException {
        latency.roll(false);
        nextRoll = ROLL_MILLIS;
        memory.begin();
        serverCpu.begin();
        long harnessCpu = ProcFs.cpuMillis(ProcessHandle.current().pid());
        long offset = fleet.primaryOffset();
        long measureMillis = cell.measureMillis();
        String startedAt = Instant.now().toString();

        playUntil(measureMillis, true);

        loader.stop();
        latency.roll(true);
        memory.end();
        serverCpu.sample();
        harnessCpu = ProcFs.cpuMillis(ProcessHandle.current().pid()) - harnessCpu;
        offset = fleet.primaryOffset() - offset;
        long drainMillis = drain(measureMillis);
        FleetCounts counts = settle();
        return result(startedAt, offset, harnessCpu, drainMillis, counts);
    }

    /** Waits until every replica has every byte; load rests. */
    private long drain(long measureMillis) throws IOException, InterruptedException {
        long limitMillis = Math.max(1_000, cell.drainLimit().toMillis());
        long rested = Long.MIN_VALUE;
        long restedSince = 0;
        boolean done = false;
        for (long now = measureMillis;
                now < measureMillis + limitMillis && !done && server.death() == null;
                now = cellMillis()) {
            playUntil(now + SAMPLE_MILLIS, false);
            long offset = fleet.primaryOffset();
            boolean idle = loader.done().isDone() && fleet.haveAll(offset);
            if (!idle || offset != rested) {
                rested = idle ? offset : Long.MIN_VALUE;
                restedSince = System.nanoTime();
            }
            // Twice the period at which a real server is asked for its offset.
            done = idle && System.nanoTime() - restedSince > 2 * LAG_MILLIS * 1_000_000L;
        }
        if (!done) {
            verdicts.fail(
                    "drain: "
                            + fleet.laggards(fleet.primaryOffset())
                            + " after "
                            + limitMillis
                            + " ms");
        }
        return cellMillis();
    }

    private FleetCounts settle() throws IOException {
        latency.roll(false);
        fleet.settle();
        return fleet.counts();
    }

    private CellResult result(
            String startedAt,
            long streamBytes,
            long harnessCpuMillis,
            long drainedAtMillis,
            FleetCounts counts)
            throws IOException {
        List<ResyncRecord> ledger = fleet.ledger();
        ResyncFile.write(files.resyncsFile(cell.id()), ledger, zeroNanos);
        double seconds = latency.countedSeconds();
        long writes = latency.measured("client.response").count();
        Double rate = cell.scenario().workload().ratePerSecond();
        boolean openLoop =
                cell.scenario().workload().mode() == io.replbuf.harness.scenario.Workload.Mode.OPEN;
        double offered = openLoop && rate != null ? rate : 0;
        double delayP99 = latency.measured("loader.delay").p99();
        boolean streamed = !cell.replicas().isEmpty() && streamBytes > 64 << 10;
        verdicts.judge(counts, fleet.truth().intact(), fleet.truth().source(), streamed);
        verdicts.judge(offered, writes / seconds, delayP99, loader.errors(), loader.firstError());
        failuresOf(loader.failure(), server.death());
        for (Pinger each : new Pinger[] {pinger, control}) {
            if (each != null && each.failure() != null) {
                verdicts.doubt(each.failure());
            }
        }
        long bound = server.isAccountable() ? memory.remainderBoundBytes() : -1;
        if (server.isAccountable()) {
            verdicts.judgeRemainder(memory.remainderPeakBytes(), bound);
        }
        Map<String, Long> growth = memory.growth();
        Map<String, Long> cpu = serverCpu.millis();
        return new CellResult(
                RunFiles.SCHEMA_VERSION,
                cell.id(),
                cell.scenario().name(),
                cell.strategy(),
                cell.target().kind().name().toLowerCase(java.util.Locale.ROOT),
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
                        fleet.truth().source(),
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
                ResyncFile.count(ledger, zeroNanos),
                cpu,
                cpu.values().stream().mapToLong(Long::longValue).sum(),
                harnessCpuMillis,
                new CellResult.Gc(
                        growth.getOrDefault("gc_count", 0L),
                        growth.getOrDefault("gc_pause_nanos", 0L) / 1_000_000),
                growth);
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
            phases.add(new CellResult.Phase(span.phase().name(), span.startMillis(), end));
        }
        return phases;
    }

    /** Plays events, samples and rolls until this time of the cell, or until the server or the load broke down. */
    private void playUntil(long untilMillis, boolean counted)
            throws IOException, InterruptedException {
        for (long now = cellMillis(); ; now = cellMillis()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("cell " + cell.id());
            }
            events.play(Math.min(now, untilMillis));
            if (now >= nextSample) {
                memory.sample(now);
                nextSample = Math.max(now, nextSample + SAMPLE_MILLIS);
            }
            if (now >= nextLag) {
                lag.sample(now);
                nextLag = Math.max(now, nextLag + LAG_MILLIS);
            }
            if (now >= nextRoll && now < untilMillis) {
                latency.roll(counted);
                serverCpu.sample();
                nextRoll = Math.max(now, nextRoll + ROLL_MILLIS);
            }
            if (now >= nextProgress) {
                report(now);
                nextProgress = now + PROGRESS_MILLIS;
            }
            if (now >= untilMillis
                    || server.death() != null
                    || (counted && loader.failure() != null)) {
                return;
            }
            long next = Math.min(Math.min(nextSample, events.nextMillis()), untilMillis);
            LockSupport.parkNanos(
                    Math.max(100_000L, zeroNanos + next * 1_000_000L - System.nanoTime()));
        }
    }

    private long cellMillis() {
        return Math.floorDiv(System.nanoTime() - zeroNanos, 1_000_000L);
    }

    private void report(long cellMillis) {
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

    private void tell(String what) {
        progress.accept(
                new CellProgress(what, (System.nanoTime() - beganAt) / 1_000_000, 0, 0, 0, 0, 0));
    }

    private void await(String what, Loader waited, long limitNanos)
            throws IOException, InterruptedException {
        try {
            waited.done().get(limitNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException(
                    what
                            + ": "
                            + waited.answered()
                            + " writes after "
                            + limitNanos / 1_000_000_000L
                            + " s (expected: all)",
                    e);
        } catch (ExecutionException e) {
            String death = server.death();
            throw new IOException(
                    what + ": " + (death == null ? e.getCause().getMessage() : death), e);
        }
    }

    private void waitFor(
            BooleanSupplier condition, long limitNanos, java.util.function.Supplier<String> found)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limitNanos;
        while (!condition.getAsBoolean()) {
            String death = server.death();
            if (death != null) {
                throw new IOException(death);
            }
            FleetCounts counts = fleet.counts();
            if (counts.protocolErrors() > 0) {
                throw new IOException("attach: " + counts.firstProtocolError());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        found.get()
                                + " after "
                                + limitNanos / 1_000_000_000L
                                + " s (expected: all streaming)");
            }
            Thread.sleep(5);
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException e) {
                first = first == null ? e : first;
            } catch (Exception e) {
                first = first == null ? new IOException(e) : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
