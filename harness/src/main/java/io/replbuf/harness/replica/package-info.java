/**
 * Simulated replicas: PSYNC over real TCP sockets, hundreds on one event loop, with shaped links, faults and a ledger of resyncs.
 *
 * <p>A cell runner adds replicas to a {@link io.replbuf.harness.replica.ReplicaFleet}, strikes them, and reads what they saw.
 * Everything about a replica happens on the fleet's event loop; other threads read published numbers.
 */
package io.replbuf.harness.replica;
