package io.replbuf.harness.simulation;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Runs what is handed to it, one task a step, in order. */
class TaskActor extends Actor implements Executor {
    final Scheduler scheduler;
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    TaskActor(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        scheduler.wake(this);
    }

    @Override
    boolean step() {
        runTask();
        return hasTasks();
    }

    final boolean hasTasks() {
        return !tasks.isEmpty();
    }

    final void runTask() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
    }

    /** Everything at once, also what that adds. */
    final void drain() {
        while (hasTasks()) {
            runTask();
        }
    }
}
