package io.replbuf.harness.simulation;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Has the plan's mishaps happen, each at its own random times. */
final class Mishaps {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final World world;
    private final SplittableRandom random;

    Mishaps(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
        for (Fault fault : Fault.values()) {
            Long mean = world.plan.faults().get(fault);
            if (mean != null) {
                arm(fault, mean);
            }
        }
    }

    private void arm(Fault fault, long meanNanos) {
        long delay = (long) (-Math.log(1 - random.nextDouble()) * meanNanos);
        world.scheduler.after(
                delay,
                () -> {
                    if (!world.isCalm()) {
                        world.scheduler.note(fault.ordinal());
                        world.trace(fault::toString);
                        strike(fault);
                        arm(fault, meanNanos);
                    }
                });
    }

    private void strike(Fault fault) {
        SimulatedPrimary primary = world.primary();
        switch (fault) {
            case CUT -> cut(anyFollower());
            case STALL -> stall(anyFollower());
            case SLOW_READER -> {
                Follower follower = anyFollower();
                follower.bytesPerSecond = world.anyRate();
                cut(follower);
            }
            case JOIN_OR_LEAVE -> joinOrLeave(anyFollower());
            case LOOP_PAUSE -> world.scheduler.pause(world.anyLoop(), shortly());
            case COMMAND_LOOP_PAUSE -> world.scheduler.pause(world.commandLoop, shortly());
            case EXODUS -> world.followers.forEach(this::leaveForLong);
            case BURST -> world.burst();
            case CRASH -> world.crash();
            case RESTART -> world.restart();
            case KILL ->
                    later(
                            alive -> {
                                if (!alive.sessions().isEmpty()) {
                                    alive.kill(any(alive), false);
                                }
                            });
            case RESIZE -> {
                long bytes = 1 + random.nextLong(2 * world.plan.backlogBytes());
                later(alive -> alive.resizeBacklog(bytes));
            }
            case LIMIT -> {
                world.limit = Plan.randomLimit(random, world.plan.backlogBytes());
                later(alive -> alive.configureLimit(world.limit));
            }
            default -> {
                if (primary != null && primary.log() != null) {
                    strikeDisk(fault, primary);
                }
            }
        }
    }

    private void strikeDisk(Fault fault, SimulatedPrimary primary) {
        switch (fault) {
            case WRITE_STALL -> world.scheduler.pause(primary.threads().writer(), shortly());
            case DISK_STALL -> world.scheduler.pause(primary.threads().disk(), 2 * shortly());
            case FULL_DISK -> {
                SimulatedDisk disk = primary.disk();
                disk.full(true);
                world.scheduler.after(2 * shortly(), () -> disk.full(false));
            }
            default -> throw new IllegalArgumentException(fault + " (expected: a disk's)");
        }
    }

    private void cut(Follower follower) {
        if (follower.session != null) {
            follower.session.loop.execute(follower.session::stop);
        }
    }

    private void stall(Follower follower) {
        Session session = follower.session;
        if (session == null) {
            return;
        }
        session.link.stall(true, world.scheduler.nanoTime());
        world.scheduler.after(
                3 * shortly(),
                () -> {
                    session.link.stall(false, world.scheduler.nanoTime());
                    session.loop.consider(session);
                });
    }

    private void joinOrLeave(Follower follower) {
        follower.wanted = !follower.wanted;
        if (follower.wanted) {
            world.connect(follower);
        } else {
            cut(follower);
        }
    }

    private void leaveForLong(Follower follower) {
        if (follower.wanted) {
            follower.wanted = false;
            cut(follower);
            world.scheduler.after(
                    20 * SECOND,
                    () -> {
                        follower.wanted = true;
                        world.connect(follower);
                    });
        }
    }

    private void later(Consumer<SimulatedPrimary> command) {
        world.commandLoop.execute(
                () -> {
                    if (world.primary() != null && !world.isCalm()) {
                        command.accept(world.primary());
                    }
                });
    }

    private Session any(SimulatedPrimary alive) {
        return alive.sessions().get(random.nextInt(alive.sessions().size()));
    }

    private Follower anyFollower() {
        return world.followers.get(random.nextInt(world.followers.size()));
    }

    private long shortly() {
        double seconds = random.nextDouble() * (random.nextInt(4) == 0 ? 3 : 0.25);
        return 1 + (long) (seconds * SECOND * world.plan.scale());
    }
}
