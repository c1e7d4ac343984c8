/**
 * The data set, off the heap, and the commands on it.
 *
 * <p>Called by the server on its command loop, and by a snapshot's helper for records that a cut holds. It knows nothing of
 * replicas: what a command changed it tells its {@link io.replbuf.keyspace.Effects}.
 */
package io.replbuf.keyspace;
