/**
 * The strategy {@code aof-psync}: a window of the stream in memory, and behind it the log on disk.
 *
 * <p>Made by {@link io.replbuf.aofpsync.AofPsyncFactory}, which servers find by {@link java.util.ServiceLoader}. The command loop
 * owns the buffer; each cursor is read on the loop that it was opened with, from memory or from the log.
 */
package io.replbuf.aofpsync;
