package io.replbuf.server;

/**
 * {@code save}: after so many seconds with at least so many changes, the data set goes to disk.
 *
 * @param seconds since the last save, at least 1
 * @param changes at least 0
 */
record SavePoint(long seconds, int changes) {}
