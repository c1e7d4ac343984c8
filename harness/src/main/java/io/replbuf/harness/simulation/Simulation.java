package io.replbuf.harness.simulation;

import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.buffer.Strategies;
import io.replbuf.memory.Extents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a strategy against a seed: everything that a server, its replicas, their links and its disk can do to it, in virtual time.
 *
 * <p>One thread. Holds the memory and the folder that its runs use one after the other.
 */
public final class Simulation implements AutoCloseable {
    /** So long, in virtual time, may everybody take to catch up when nothing is in their way any more. */
    private static final long CALM_NANOS = TimeUnit.HOURS.toNanos(12);

    private static final long CALM_STEPS_MAX = 2_000_000;

    private final ReplicationBufferFactory factory;
    private final Map<Long, Extents> memory = new HashMap<>();
    private final Path folder;
    private Consumer<Progress> watcher = seen -> {};
    private Consumer<String> tracer;

    /** How far a run is. */
    public record Progress(double done, long steps) {}

    /** The strategy of that name on the class path. */
    public Simulation(String strategy) {
        this(Strategies.onClassPath().named(strategy));
    }

    public Simulation(ReplicationBufferFactory factory) {
        this.factory = factory;
        Path inMemory = Path.of("/dev/shm");
        try {
            folder =
                    Files.isWritable(inMemory)
                            ? Files.createTempDirectory(inMemory, "replbuf-simulation-")
                            : Files.createTempDirectory("replbuf-simulation-");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder for a simulated disk", e);
        }
    }

    /** Called every some thousand steps of a run. */
    public void watch(Consumer<Progress> progress) {
        watcher = progress;
    }

    /** Takes a line for every event of a run. */
    public void trace(Consumer<String> lines) {
        tracer = lines;
    }

    /**
     * A short life with everything that the seed thinks of.
     *
     * @throws SimulationFailure if anything was wrong
     */
    public Outcome run(long seed) {
        return run(Plan.random(factory.name(), seed), "");
    }

    /**
     * The same, with fewer mishaps.
     *
     * @param steps after which they end
     * @param without these
     */
    public Outcome run(long seed, long steps, List<Fault> without) {
        Plan plan = Plan.random(factory.name(), seed).without(without);
        StringBuilder flags = new StringBuilder();
        if (steps < plan.maxSteps()) {
            flags.append(" --steps ").append(steps);
        }
        without.forEach(fault -> flags.append(" --without ").append(fault));
        return run(plan.steps(Math.min(steps, plan.maxSteps())), flags.toString());
    }

    /** Hours of many replicas. */
    public Outcome day(long seed, int replicas, int hours) {
        return run(
                Plan.day(factory.name(), seed, replicas, hours),
                " --day --replicas " + replicas + " --hours " + hours);
    }

    private Outcome run(Plan plan, String flags) {
        Extents extents = memory.computeIfAbsent(plan.memoryBytes(), Extents::keeping);
        SimulatedDisk.delete(folder, false);
        World world = new World(plan, factory, extents, folder, tracer);
        try {
            play(world);
            return Outcome.of(world.scheduler, world.model, world.counts);
        } catch (RuntimeException | Error e) {
            SimulationFailure failure = failure(plan, world, flags, e);
            try {
                world.abandon();
            } catch (RuntimeException | Error again) {
                failure.addSuppressed(again);
            }
            // What it leaked must not be blamed on the next run.
            memory.remove(plan.memoryBytes()).close();
            throw failure;
        }
    }

    private void play(World world) {
        Plan plan = world.plan;
        Scheduler scheduler = world.scheduler;
        SplittableRandom random = new SplittableRandom(~plan.seed());
        new Mishaps(world, random.split());
        Checks checks = new Checks(world, random.split());
        while (scheduler.nanoTime() < plan.nanos()
                && scheduler.steps() < plan.maxSteps()
                && scheduler.step()) {
            if (plan.checkOneIn() == 1 || random.nextInt(plan.checkOneIn()) == 0) {
                checks.afterStep();
            }
            if ((scheduler.steps() & 0xFFFF) == 0) {
                tell(scheduler, plan);
            }
        }
        world.calm();
        long deadline = scheduler.nanoTime() + CALM_NANOS;
        long lastStep = scheduler.steps() + CALM_STEPS_MAX;
        while (!world.allCaughtUp()) {
            if (scheduler.nanoTime() > deadline || scheduler.steps() > lastStep) {
                throw new Violation("after all mishaps have ended: " + world.stragglers());
            }
            scheduler.step();
            if (plan.checkOneIn() == 1 || random.nextInt(plan.checkOneIn()) == 0) {
                checks.afterStep();
            }
        }
        world.end();
    }

    private void tell(Scheduler scheduler, Plan plan) {
        double byTime = (double) scheduler.nanoTime() / plan.nanos();
        watcher.accept(new Progress(Math.min(1, byTime), scheduler.steps()));
    }

    private static SimulationFailure failure(Plan plan, World world, String flags, Throwable e) {
        String what = e instanceof Violation ? e.getMessage() : e.toString();
        return new SimulationFailure(
                what
                        + "\n  strategy "
                        + plan.strategy()
                        + ", seed "
                        + plan.seed()
                        + ", step "
                        + world.scheduler.steps()
                        + ", virtual time "
                        + world.scheduler.nanoTime() / 1e9
                        + " s\n  again: java -jar harness/target/replbuf.jar simulate --strategy "
                        + plan.strategy()
                        + " --seed "
                        + plan.seed()
                        + flags,
                e);
    }

    /** Gives memory and folder back. */
    @Override
    public void close() {
        memory.values().forEach(Extents::close);
        memory.clear();
        SimulatedDisk.delete(folder, true);
    }
}
