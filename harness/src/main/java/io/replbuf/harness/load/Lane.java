package io.replbuf.harness.load;

/**
 * The writes of one connection that wait for their replies, oldest first, each with its intended time and the time at which it was
 * sent. Bounded by a window of commands. Loader's thread only.
 */
final class Lane {
    private final Wire wire;
    private final long[] intended;
    private final long[] sent;
    private int head;
    private int inFlight;
    private int limit;

    /**
     * @param window most writes in flight, at least 1
     */
    Lane(Wire wire, int window) {
        this.wire = wire;
        this.intended = new long[window];
        this.sent = new long[window];
        this.limit = window;
    }

    /** So many writes in flight at most, within the window; those that are more already go on. */
    void limit(int writes) {
        limit = Math.min(writes, intended.length);
    }

    boolean hasRoom() {
        return inFlight < limit && wire.takesMore();
    }

    int inFlight() {
        return inFlight;
    }

    void send(long intendedAt, long now) {
        int slot = (head + inFlight) % intended.length;
        intended[slot] = intendedAt;
        sent[slot] = now;
        inFlight++;
        wire.write();
    }

    void flush() {
        wire.flush();
    }

    /** When the oldest write in flight was meant to start, in the clock's nanoseconds. */
    long oldestIntended() {
        return intended[head];
    }

    /** When it was sent. */
    long oldestSent() {
        return sent[head];
    }

    /** The oldest write has its reply. */
    void removeOldest() {
        head = (head + 1) % intended.length;
        inFlight--;
    }
}
