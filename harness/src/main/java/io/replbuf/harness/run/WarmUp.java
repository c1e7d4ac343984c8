package io.replbuf.harness.run;

import io.replbuf.harness.load.Loader;
import io.replbuf.harness.measure.CompilerWatch;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Phase;
import io.replbuf.harness.scenario.Workload;

/**
 * The load before a cell's time begins: it goes on until the compilers of server and harness rest and the loader has caught up with its
 * schedule, for as long as the first warm-up allows. For one thread.
 */
final class WarmUp {
    /** What may be owed when measuring begins: of three seconds a thousandth, by which an achieved rate may be off. */
    static final long DEBT_MILLIS_MAX = 3;

    /** After so long under load compilers may still be at work, but no longer on what runs most. */
    private static final long WARM_NANOS_MIN = 3_000_000_000L;

    private static final long LOOK_MILLIS = 100;

    private final Cell cell;
    private final TargetServer server;
    private final Loader loader;
    private long startNanos;

    WarmUp(Cell cell, TargetServer server, Loader loader) {
        this.cell = cell;
        this.server = server;
        this.loader = loader;
    }

    /** The load begins at this {@link System#nanoTime}. */
    void start(long atNanos) {
        startNanos = atNanos;
        loader.start(atNanos);
    }

    /** Whether {@link #await} has anything to wait for. */
    boolean hasLimit() {
        return first().limit() != null && first().kind() == Phase.Kind.WARMUP && server.pid() >= 0;
    }

    /**
     * Returns when all is at rest, at the limit, or when server or load broke down.
     *
     * @return whether what is hot has been compiled by now
     */
    boolean await() throws InterruptedException {
        long began = System.nanoTime();
        long limitNanos = first().limit().toNanos();
        CompilerWatch servers = new CompilerWatch(server.pid(), began);
        CompilerWatch ours = new CompilerWatch(ProcessHandle.current().pid(), began);
        for (long now = began; now - began < limitNanos; now = System.nanoTime()) {
            // Both are asked each time, because each looks for itself.
            boolean rest = servers.rests(now) & ours.rests(now);
            boolean broken = server.death() != null || loader.failure() != null;
            if (broken || rest && debtMillis(now) <= DEBT_MILLIS_MAX) {
                return !broken;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return limitNanos >= WARM_NANOS_MIN;
    }

    /**
     * How far the answers are behind the schedule now, in milliseconds of it. 0 where there is no schedule, where it is drawn at random,
     * or where it rested: there it cannot be told from outside.
     */
    long debtMillis(long nowNanos) {
        Workload workload = cell.scenario().workload();
        boolean steady =
                workload.mode() == Workload.Mode.OPEN
                        && workload.arrival() == Workload.Arrival.UNIFORM
                        && cell.spans().stream()
                                .filter(span -> span.startMillis() < 0)
                                .allMatch(span -> span.phase().load());
        if (!steady) {
            return 0;
        }
        double answered = loader.answered() / workload.ratePerSecond() * 1e3;
        return Math.max(0, Math.round((nowNanos - startNanos) / 1e6 - answered));
    }

    private Phase first() {
        return cell.spans().get(0).phase();
    }
}
