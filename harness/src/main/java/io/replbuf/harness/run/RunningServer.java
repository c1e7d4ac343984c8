package io.replbuf.harness.run;

import java.net.InetSocketAddress;

/** A server that answers: a process that we started, an engine in this one, or one that runs elsewhere. Closing ends what we started. */
interface RunningServer extends AutoCloseable {
    InetSocketAddress address();

    /** Process id, or -1 when it runs elsewhere. */
    long pid();

    /** Null while it can serve; else why it cannot: it ended, or a signal stopped it. Cheap enough to be asked in every wait. */
    String death();

    @Override
    void close();
}
