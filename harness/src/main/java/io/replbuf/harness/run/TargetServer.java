package io.replbuf.harness.run;

import io.replbuf.harness.measure.ServerCounters;
import io.replbuf.harness.replica.StreamTruth;
import java.net.InetSocketAddress;

/**
 * The server of one cell, ready to be asked: the engine in a process of its own or in this one, or a real Redis.
 *
 * <p>Closing it ends it and removes what it left, except for a server that was running before.
 */
interface TargetServer extends AutoCloseable {
    InetSocketAddress address();

    /** Process id, or -1 when it runs elsewhere. */
    long pid();

    /** Whether it is one of our engines in a process of its own: then its memory must be explained. */
    boolean isAccountable();

    ServerCounters counters();

    /** Its own record of the stream, or null. */
    StreamTruth tap();

    /** Null while it lives; else why it does not. */
    String death();

    @Override
    void close();
}
