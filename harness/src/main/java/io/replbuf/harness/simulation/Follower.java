package io.replbuf.harness.simulation;

/** A replica, connected or not: which history it follows and how far it has got. */
final class Follower {
    final int number;

    /** Null before the first resync, and after one that was begun and not finished. */
    String replid;

    /** Offset of the first byte that it lacks. */
    long nextOffset;

    /** It has bytes that the primary lost in a crash, so it must never continue. */
    boolean ahead;

    /** Whether it wants to be connected. */
    boolean wanted = true;

    /** Its connection; null while it is away. */
    Session session;

    long bytesPerSecond;

    Follower(int number, long bytesPerSecond) {
        this.number = number;
        this.bytesPerSecond = bytesPerSecond;
    }

    @Override
    public String toString() {
        return "replica " + number;
    }
}
