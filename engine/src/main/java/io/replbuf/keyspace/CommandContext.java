package io.replbuf.keyspace;

import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;

/** What a command on the data set is given. Command loop only; valid during the call. */
public interface CommandContext {
    Request request();

    Reply reply();

    Effects effects();

    Keyspace keyspace();

    /** The client's selected database. */
    int db();

    /** Wall clock of this command in milliseconds; the same for every look at an expiry during it. */
    long nowMillis();
}
