package io.replbuf.harness.simulation;

/** Something that would be a thread in a server: takes one step at a time, when the scheduler chooses it. */
abstract class Actor {
    private static final int NOT_READY = -1;

    // The scheduler's.
    int place = NOT_READY;
    long pausedUntilNanos = Long.MIN_VALUE;
    boolean wantedWhilePaused;

    final boolean isReady() {
        return place != NOT_READY;
    }

    final void notReady() {
        place = NOT_READY;
    }

    /** One piece of work that nobody interrupts. True if there is more to do at once. */
    abstract boolean step();
}
