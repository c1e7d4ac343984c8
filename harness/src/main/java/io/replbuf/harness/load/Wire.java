package io.replbuf.harness.load;

/** What a loader knows of one connection's way to the server. Loader's thread only. */
interface Wire {
    /** Whether it takes another write now; when it does not, and then does again, it calls {@link LoadCore#turn}. */
    boolean takesMore();

    /** Adds one write to what leaves with the next {@link #flush}. */
    void write();

    /** Sends what was added. */
    void flush();
}
