/**
 * The server around the engine's other rooms: configuration, connections, commands, time, start and stop.
 *
 * <p>Called by the process' main, by tests and by whoever embeds a server. One command loop owns everything in here that is
 * not said to belong to another thread.
 */
package io.replbuf.server;
