/**
 * Bytes to commands and back: the RESP protocol as a server reads and writes it.
 *
 * <p>Called by the server on its command loop; no state is shared between connections. Every waiting state has a length
 * bound, so that a peer can make us hold no more than the configuration allows.
 */
package io.replbuf.resp;
