package io.replbuf.buffer;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/** A cursor's loop that runs when the test says so, on the test's thread. */
public final class FakeLoop implements Executor {
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /** Runs what is waiting, and what that adds. */
    public void run() {
        Runnable task;
        while ((task = tasks.poll()) != null) {
            task.run();
        }
    }

    public boolean idle() {
        return tasks.isEmpty();
    }
}
