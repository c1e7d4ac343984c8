package io.replbuf.harness.simulation;

/** What befalls somebody, at random times. */
public enum Fault {
    /** A connection breaks; the replica comes back after a while. */
    CUT(4),
    /** A replica stops reading for a while. */
    STALL(5),
    /** A replica gets a new link, perhaps a slow one: cut and back with it. */
    SLOW_READER(8),
    /** CLIENT KILL. */
    KILL(10),
    /** A replica leaves for good, or one joins. */
    JOIN_OR_LEAVE(6),
    /** A loop gets no core for a while. */
    LOOP_PAUSE(3),
    /** The command loop gets no core for a while. */
    COMMAND_LOOP_PAUSE(10),
    /** The log's thread cannot write for a while. */
    WRITE_STALL(6),
    /** fsync takes long. */
    DISK_STALL(6),
    /** No space on the disk for a while. */
    FULL_DISK(20),
    /** CONFIG SET repl-backlog-size. */
    RESIZE(8),
    /** CONFIG SET client-output-buffer-limit. */
    LIMIT(8),
    /** Many writes at once. */
    BURST(3),
    /** All replicas leave for so long that the backlog is given up. */
    EXODUS(30),
    /** The primary dies and starts again from what survived. */
    CRASH(12),
    /** The primary is shut down and started again. */
    RESTART(15);

    private final double meanSeconds;

    Fault(double meanSeconds) {
        this.meanSeconds = meanSeconds;
    }

    /** Mean time between two in a short run. */
    double meanSeconds() {
        return meanSeconds;
    }
}
