package io.replbuf.harness.run;

import io.replbuf.harness.measure.ServerCounters;
import io.replbuf.harness.replica.StreamTruth;

/**
 * The server of one cell, ready to be asked: the engine in a process of its own or in this one, or a real Redis.
 *
 * <p>Closing it ends it and removes what it left, except for a server that was running before.
 */
interface TargetServer extends RunningServer {
    /** Whether it is one of our engines in a process of its own: then its memory must be explained. */
    boolean isAccountable();

    ServerCounters counters();

    /** Its own record of the stream, or null. */
    StreamTruth tap();
}
