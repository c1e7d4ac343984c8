package io.replbuf.harness.run;

import io.replbuf.harness.load.EchoProcess;
import io.replbuf.harness.load.LatencyRecorder;
import io.replbuf.harness.load.LoadOptions;
import io.replbuf.harness.load.Loader;
import io.replbuf.harness.load.Pinger;
import io.replbuf.harness.load.Transport;
import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.IntervalLog;
import io.replbuf.harness.measure.MachineWatch;
import io.replbuf.harness.measure.MemorySampler;
import io.replbuf.harness.measure.ProcFs;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.replica.DelayProbe;
import io.replbuf.harness.replica.FleetCounts;
import io.replbuf.harness.replica.ReplicaFleet;
import io.replbuf.harness.replica.ReplicaOptions;
import io.replbuf.harness.replica.ResyncRecord;
import io.replbuf.harness.replica.SimulatedReplica;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Phase;
import io.replbuf.harness.scenario.Workload;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One cell from a ready server to its result.
 *
 * <pre>
 *   preload ─ attach ─┬─ warm-up ─┬─ measured phases ─┬─ drain ─ trim ─ settle ─ result
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

    private static final long PUT_OFF_NANOS = 10_000_000L;

    private static final long CAUGHT_UP_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long ATTACH_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Cell cell;
    private final RunFiles files;
    private final TargetServer server;
    private final Transport transport;
    private final CellReporter reporter;
    private final ServerWatch watch;
    private final Verdicts verdicts = new Verdicts();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final MachineWatch machine;
    private ReplicaFleet fleet;
    private Loader loader;
    private WarmUp warmUp;
    private Pinger pinger;
    private Pinger control;
    private DelayProbe delayProbe;
    private boolean resting;
    private int pipelined;
    private MemorySampler memory;
    private LagSampler lag;
    private IntervalLog latency;
    private EventPlayer events;
    private long zeroNanos;
    private long nextSample;
    private long nextLag;
    private long nextRoll;
    private long nextProgress;

    /**
     * @param latencyDoubt why no latency may be used, known before the cell; or null
     */
    CellRun(
            Cell cell,
            RunFiles files,
            TargetServer server,
            Transport transport,
            String latencyDoubt,
            Consumer<CellProgress> progress) {
        this.cell = cell;
        this.files = files;
        this.server = server;
        this.watch = new ServerWatch(server);
        this.transport = transport;
        this.reporter = new CellReporter(cell, progress);
        this.machine = new MachineWatch(server.pid());
        if (latencyDoubt != null) {
            verdicts.doubtLatency(latencyDoubt);
        }
    }

    /**
     * Runs it.
     *
     * @throws IOException naming what became of the server, where that is the cause
     */
    CellResult run() throws IOException, InterruptedException {
        try {
            return runPhases();
        } catch (IOException seen) {
            throw watch.blamed(seen);
        }
    }

    private CellResult runPhases() throws IOException, InterruptedException {
        openSamplers();
        preload();
        attach();
        openLoad();
        long warmupNanos = TimeUnit.MILLISECONDS.toNanos(cell.warmupMillis());
        warmUp = new WarmUp(cell, server, loader);
        warmUp.start(System.nanoTime() + LEAD_NANOS);
        if (warmUp.hasLimit()) {
            reporter.tell("compilers");
            boolean warm = warmUp.await();
            watch.require("compilers");
            if (warm && cell.scenario().workload().mode() == Workload.Mode.OPEN) {
                machine.lowerCompilers();
            }
        }
        zeroNanos = System.nanoTime() + LEAD_NANOS + warmupNanos;
        nextSample = nextLag = nextProgress = -cell.warmupMillis();
        nextRoll = nextSample + ROLL_MILLIS;
        playUntil(0, false);
        beginWithNothingOwed();
        watch.require("warm-up");
        return measure();
    }

    /** Puts off time 0 while the loader is behind its schedule, within a limit. */
    private void beginWithNothingOwed() throws IOException, InterruptedException {
        long latest = System.nanoTime() + CAUGHT_UP_LIMIT_NANOS;
        while (warmUp.debtMillis(System.nanoTime()) > WarmUp.DEBT_MILLIS_MAX
                && System.nanoTime() < latest
                && server.death() == null
                && loader.failure() == null) {
            zeroNanos += PUT_OFF_NANOS;
            playUntil(0, false);
        }
    }

    private void openSamplers() throws IOException {
        memory =
                opened(
                        new MemorySampler(
                                files.memoryFile(cell.id()),
                                server.counters(),
                                server.pid(),
                                server.isAccountable()));
    }

    private void preload() throws IOException, InterruptedException {
        if (!cell.scenario().workload().preload()) {
            return;
        }
        reporter.tell("preload");
        LoadOptions options =
                LoadOptions.preload(
                        cell.scenario().workload(), server.address(), null, cell.seed());
        try (Loader preloader = Loader.connect(options, transport)) {
            preloader.start(System.nanoTime());
            // At 5 MB/s even a slow machine is done within this.
            long seconds = 30 + cell.scenario().workload().dataBytes() / 5_000_000;
            watch.await("preload", preloader, TimeUnit.SECONDS.toNanos(seconds));
            if (preloader.errors() > 0) {
                throw new IOException(
                        "preload: " + preloader.firstError() + " (expected: +OK to every write)");
            }
        }
    }

    private void attach() throws IOException, InterruptedException {
        reporter.tell("attach");
        long limit =
                MemoryUnits.replicaOutputLimit(
                        cell.directives().getOrDefault("client-output-buffer-limit", ""));
        TargetProbe probe = new TargetProbe(server.counters(), limit);
        fleet = opened(new ReplicaFleet(server.address(), null, probe, server.tap(), transport));
        // Without replicas there is nothing to compare, and a server without replicas is what is
        // measured then.
        if (server.tap() == null && !cell.replicas().isEmpty()) {
            SimulatedReplica controlReplica =
                    fleet.addControl(
                            ReplicaPlanOptions.CONTROL_PORT, ReplicaPlanOptions.checkEvery(cell));
            watch.await(
                    fleet,
                    () -> controlReplica.state() == SimulatedReplica.State.STREAMING,
                    ATTACH_LIMIT_NANOS,
                    () -> "control replica is " + controlReplica.state());
        }
        int expected = 0;
        for (Cell.ReplicaPlan plan : cell.replicas()) {
            SimulatedReplica replica = fleet.add(ReplicaPlanOptions.of(cell, plan));
            if (plan.attachedAtStart()) {
                replica.connect();
                expected++;
            }
        }
        if (server.tap() != null
                && cell.scenario().replicas().control()
                && !cell.replicas().isEmpty()) {
            // As beside a real server; behind the plan's, so that events find theirs by index.
            fleet.add(
                            ReplicaOptions.plain(
                                    cell.replicas().size(),
                                    ReplicaPlanOptions.CONTROL_PORT,
                                    ReplicaPlanOptions.checkEvery(cell)))
                    .connect();
            expected++;
        }
        int attached = expected;
        watch.await(
                fleet,
                () -> fleet.counts().streaming() == attached,
                ATTACH_LIMIT_NANOS,
                () -> fleet.counts().streaming() + " of " + attached + " replicas attached");
        lag = opened(new LagSampler(files.lagFile(cell.id()), server.counters(), fleet));
        events =
                opened(
                        new EventPlayer(
                                files.eventsFile(cell.id()), cell.events(), fleet.replicas()));
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
        Long lagLimit = cell.scenario().workload().lagLimitBytes();
        if (lagLimit != null && !cell.replicas().isEmpty()) {
            // Counted from what was written, since a real server tells its offset ten times a
            // second
            // only.
            long before = fleet.leastOffset();
            loader.waitForReplicas(
                    () -> before + loader.answered() * loader.commandBytes() - fleet.leastOffset(),
                    lagLimit);
        }
        if (cell.scenario().probe().delayPerSecond() != null) {
            delayProbe =
                    opened(
                            new DelayProbe(
                                    server.address(), cell.scenario().probe().delayPerSecond()));
            recorders.add(delayProbe.delay());
            delayProbe.start(fleet.replicas().get(0));
        }
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
        verdicts.judgeStart(warmUp.debtMillis(System.nanoTime()));
        memory.begin();
        machine.begin();
        long harnessCpu = ProcFs.cpuMillis(ProcessHandle.current().pid());
        long offset = fleet.primaryOffset();
        long received = fleet.offsetsSum();
        long serverCpuBefore = ProcFs.cpuMillis(server.pid());
        long measureMillis = cell.measureMillis();
        String startedAt = Instant.now().toString();

        playUntil(measureMillis, true);

        loader.stop();
        if (delayProbe != null) {
            // A drain waits for an offset that rests.
            delayProbe.close();
        }
        latency.roll(true, settledPhase(measureMillis - 1));
        memory.end();
        machine.end();
        harnessCpu = ProcFs.cpuMillis(ProcessHandle.current().pid()) - harnessCpu;
        offset = fleet.primaryOffset() - offset;
        Seen seen = new Seen();
        seen.received(fleet.offsetsSum() - received);
        seen.serverCpu(ProcFs.cpuMillis(server.pid()) - serverCpuBefore);
        long drainMillis = drain(measureMillis);
        if (server.death() == null) {
            memory.proveKept(() -> NativeTrim.of(server.pid()));
        }
        FleetCounts counts = settle();
        List<ResyncRecord> ledger = fleet.ledger();
        ResyncFile.write(files.resyncsFile(cell.id()), ledger, zeroNanos);
        files.missing(cell.id())
                .forEach(
                        file ->
                                verdicts.fail(
                                        file + ": no such file (expected: kept until the end)"));
        seen.resyncs(ledger, zeroNanos);
        seen.latencies(latency);
        List<Pinger> pingers = Stream.of(pinger, control).filter(Objects::nonNull).toList();
        return new CellOutcome(
                        cell,
                        server,
                        fleet.truth(),
                        loader,
                        pingers,
                        delayProbe,
                        seen,
                        memory,
                        latency,
                        machine,
                        verdicts)
                .result(
                        startedAt,
                        offset,
                        harnessCpu,
                        drainMillis,
                        counts,
                        ResyncFile.count(ledger, zeroNanos));
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
        if (!done && server.death() == null) {
            verdicts.fail(
                    "drain: "
                            + fleet.laggards(fleet.primaryOffset())
                            + " after "
                            + limitMillis
                            + " ms");
        }
        return cellMillis();
    }

    private FleetCounts settle() throws IOException, InterruptedException {
        reporter.tell("settle");
        latency.roll(false);
        fleet.settle();
        // Nothing was asked of the server in the drain, so its end may not have been seen.
        String silence = watch.silence();
        if (silence != null && server.death() == null) {
            verdicts.fail(silence);
        }
        return fleet.counts();
    }

    /** Plays events, samples and rolls until this time of the cell, or until the server or the load broke down. */
    private void playUntil(long untilMillis, boolean counted)
            throws IOException, InterruptedException {
        for (long now = cellMillis(); ; now = cellMillis()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("cell " + cell.id());
            }
            events.play(Math.min(now, untilMillis));
            restOrLoad(now);
            if (now >= nextSample) {
                memory.sample(now);
                nextSample = Math.max(now, nextSample + SAMPLE_MILLIS);
            }
            if (now >= nextLag) {
                lag.sample(now);
                nextLag = Math.max(now, nextLag + LAG_MILLIS);
            }
            if (now >= nextRoll && now < untilMillis) {
                latency.roll(counted, settledPhase(nextRoll - ROLL_MILLIS / 2));
                machine.sample();
                nextRoll = Math.max(now, nextRoll + ROLL_MILLIS);
            }
            if (now >= nextProgress) {
                reporter.report(now, loader, fleet, latency, lag);
                nextProgress = now + PROGRESS_MILLIS;
            }
            if (now >= untilMillis
                    || server.death() != null
                    || (counted && loader.failure() != null)) {
                return;
            }
            long next =
                    Math.min(
                            Math.min(nextSample, nextPhaseMillis(now)),
                            Math.min(events.nextMillis(), untilMillis));
            LockSupport.parkNanos(
                    Math.max(100_000L, zeroNanos + next * 1_000_000L - System.nanoTime()));
        }
    }

    /** The measured phase that has settled at this time; null outside of one, and where phases are not told apart. */
    private String settledPhase(long atMillis) {
        return !cell.isWalk()
                ? null
                : cell.spans().stream()
                        .filter(span -> span.phase().kind() == Phase.Kind.MEASURE)
                        .filter(
                                span ->
                                        span.startMillis() + span.phase().settle().toMillis()
                                                        <= atMillis
                                                && atMillis < span.endMillis())
                        .map(span -> span.phase().name())
                        .findFirst()
                        .orElse(null);
    }

    /** Makes the loader rest in phases without load, and write in the phase's shape. In a drain it is stopped anyway. */
    private void restOrLoad(long now) {
        boolean load = true;
        int shape = 0;
        for (Cell.PhaseSpan span : cell.spans()) {
            if (span.startMillis() <= now && span.phase().kind() != Phase.Kind.DRAIN) {
                load = span.phase().load();
                shape = span.phase().pipeline() == null ? 0 : span.phase().pipeline();
            }
        }
        if (pipelined != shape) {
            pipelined = shape;
            loader.pipelined(shape);
        }
        if (resting == load) {
            resting = !load;
            loader.rest(resting);
        }
    }

    /** When the next phase begins, so that load stops on time. */
    private long nextPhaseMillis(long now) {
        return cell.spans().stream()
                .mapToLong(Cell.PhaseSpan::startMillis)
                .filter(start -> start > now)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    private long cellMillis() {
        return Math.floorDiv(System.nanoTime() - zeroNanos, 1_000_000L);
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
