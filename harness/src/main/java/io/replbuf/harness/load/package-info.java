/**
 * What puts load on a server: schedules by intended time, payloads, client connections, pingers.
 *
 * <p>Started and stopped by a cell runner. Each loader has an event loop of its own and each pinger a thread; recorders may be read from
 * any thread.
 */
package io.replbuf.harness.load;
