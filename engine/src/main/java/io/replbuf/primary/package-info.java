/**
 * The primary's side of replication: PSYNC decisions, replica sessions, sends, ACKs, output limits.
 *
 * <p>Called by the server on its command loop; each session's sends run on the replica loop that its channel is registered
 * on. It knows no configuration file and no client command beyond those of replication.
 */
package io.replbuf.primary;
