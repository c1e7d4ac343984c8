package io.replbuf.server;

/**
 * Which server this is.
 *
 * @param runId 40 hex digits, new with every start
 * @param multiplexing {@code epoll} or {@code nio}
 * @param port the TCP port that it really listens on, 0 without
 */
record ServerIdentity(String runId, String multiplexing, int port) {}
