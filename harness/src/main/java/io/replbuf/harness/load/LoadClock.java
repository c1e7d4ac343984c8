package io.replbuf.harness.load;

/**
 * The time that a loader's decisions are made by, and the one thread that makes them.
 *
 * <p>A real loader's is {@link System#nanoTime} and its event loop; a test's stands still until it is told to go on.
 */
interface LoadClock {
    /** Nanoseconds since some fixed moment; never goes back. */
    long nanoTime();

    /** Runs the task on the loader's thread, behind what waits there already. */
    void execute(Runnable task);

    /** Runs the task on the loader's thread, at the earliest after {@code delayNanos}. */
    void schedule(Runnable task, long delayNanos);
}
