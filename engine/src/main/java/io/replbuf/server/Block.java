package io.replbuf.server;

/**
 * What keeps a client's further commands back: the client waits for the reply to the last one. Set as {@link Client#block} and
 * taken away by the one that answers. Command loop only.
 */
@FunctionalInterface
interface Block {
    /** The client is gone and need not be answered. */
    void forget(Client client);
}
