package io.replbuf.buffer;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A cursor's loop with a thread of its own: runs tasks in order and, in between, polls what was added to it.
 *
 * <p>What a poll throws ends the thread and is rethrown by {@link #end}.
 */
public final class LoopThread implements Executor {
    /** Long enough to leave a core to the others, short enough to keep races likely. */
    private static final long IDLE_NANOS = 20_000;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<BooleanSupplier> polled = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopping;
    private volatile Throwable failure;

    public LoopThread(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        LockSupport.unpark(thread);
    }

    /** Calls {@code poll} again and again until it says false, when it is dropped. */
    public void poll(BooleanSupplier poll) {
        execute(() -> polled.add(poll));
    }

    /** Fails if the loop has. */
    public void check() {
        Throwable cause = failure;
        if (cause != null) {
            throw new AssertionError(thread.getName() + ": " + cause.getMessage(), cause);
        }
    }

    /** Runs what is queued, ends the thread and fails if it had. */
    public void end() throws InterruptedException {
        stopping = true;
        LockSupport.unpark(thread);
        thread.join(30_000);
        check();
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + ": alive (expected: ended)");
        }
    }

    private void run() {
        try {
            while (!stopping || !tasks.isEmpty()) {
                Runnable task;
                while ((task = tasks.poll()) != null) {
                    task.run();
                }
                polled.removeIf(poll -> !poll.getAsBoolean());
                if (tasks.isEmpty()) {
                    LockSupport.parkNanos(IDLE_NANOS);
                }
            }
        } catch (Throwable e) {
            failure = e;
        }
    }
}
