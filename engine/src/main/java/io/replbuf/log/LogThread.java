package io.replbuf.log;

import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log's own thread: runs its work turn by turn and what is handed to it in between, and sleeps when there is nothing.
 *
 * <p>{@link #wake} costs the command loop a fence and a look: under load the thread lingers for a millisecond between two
 * turns and gathers, so that it is woken only from idleness or for much. The thread is never interrupted.
 *
 * <p>If it dies, {@link LogThreads.Runner.Work#died} is told on it, and tasks run on the thread that hands them in: nobody else can be
 * running them any more.
 */
final class LogThread implements LogThreads.Runner {
    /** Between two turns under load: at 100 MB/s some 100 KiB gather, enough for one large write. */
    static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** So that time-driven work (fsync, retention) gets its turn. */
    static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final Logger LOG = LoggerFactory.getLogger(LogThread.class);
    private static final int AWAKE = 0;
    private static final int LINGERING = 1;
    private static final int IDLE = 2;
    private static final int POSTPONED = 3;

    /** While an fsync runs: short enough to notice in time that too much waits, long enough to cost nothing. */
    private static final long POSTPONE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger state = new AtomicInteger(AWAKE);
    private final Work work;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean dead;

    LogThread(String name, Work work) {
        this.work = work;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (state.getAndSet(AWAKE) != AWAKE) {
            LockSupport.unpark(thread);
        }
        if (dead) {
            runLateTasks();
        }
    }

    @Override
    public void wake(boolean urgent) {
        // The caller's bytes were published by a release store; without this fence the look at the
        // state might come first,
        // and both sides would miss each other.
        VarHandle.fullFence();
        int seen = state.get();
        if ((seen == IDLE || (seen == LINGERING && urgent)) && state.compareAndSet(seen, AWAKE)) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void runAndWait(Runnable task, long timeoutMillis) {
        CountDownLatch done = new CountDownLatch(1);
        execute(
                () -> {
                    try {
                        task.run();
                    } finally {
                        done.countDown();
                    }
                });
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        boolean reached = false;
        while (!reached && deadline - System.nanoTime() > 0) {
            try {
                done.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                reached = true;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop(long timeoutMillis) {
        stopping = true;
        wake(true);
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (thread.isAlive()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                LOG.warn(
                        "The stream log's thread has not ended after {} ms: the disk does not answer",
                        timeoutMillis);
                break;
            }
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                // The caller's affair; the log's thread must come to its end in any case.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!stopping) {
                runTasks();
                Rest rest = work.turn();
                if (rest != Rest.NONE) {
                    rest(rest);
                }
            }
        } catch (Throwable e) {
            work.died(e);
        } finally {
            dead = true;
            // What was handed in before the flag could be seen.
            runLateTasks();
        }
    }

    private void rest(Rest rest) {
        state.set(stateIn(rest));
        if (tasks.isEmpty() && !stopping && !work.hasWork(rest)) {
            LockSupport.parkNanos(this, nanosOf(rest));
        }
        state.set(AWAKE);
    }

    private static int stateIn(Rest rest) {
        switch (rest) {
            case LINGER:
                return LINGERING;
            case POSTPONE:
                return POSTPONED;
            default:
                return IDLE;
        }
    }

    private static long nanosOf(Rest rest) {
        switch (rest) {
            case LINGER:
                return LINGER_NANOS;
            case POSTPONE:
                return POSTPONE_NANOS;
            default:
                return IDLE_NANOS;
        }
    }

    private synchronized void runLateTasks() {
        runTasks();
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                // A task is one cursor's or one caller's; the log goes on for the others.
                LOG.error("A task on the stream log's thread failed", e);
            }
        }
    }
}
