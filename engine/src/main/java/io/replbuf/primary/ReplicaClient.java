package io.replbuf.primary;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.replbuf.resp.Request;

/** A client connection as replication sees it, before and while it becomes a replica's. Command loop only. */
public interface ReplicaClient {
    long id();

    Channel channel();

    /** {@code ip:port} of the peer, as CLIENT LIST shows it. */
    String address();

    /** Whether MULTI is open or the client is otherwise not fit to become a replica. */
    boolean busy();

    /**
     * Hands the connection over: the server stops reading, flushes the replies that are due, takes its handlers out of the
     * pipeline and forgets the client as an ordinary one (CLIENT LIST goes on to show it, with flag S).
     *
     * @return input that was read and not consumed, to be released by the caller; empty when there is none
     */
    ByteBuf detach();

    /** What a command would be that came on the link after {@link #detach}. Any thread. */
    StrayCommand stray(Request request);

    /** The session ended: the server may forget the client for good. */
    void gone();
}
