/**
 * The strategies under a virtual clock, with simulated links and a simulated disk: the same code, in an order that a seed
 * chooses.
 *
 * <p>What runs is real: the strategy, the stream log with its recovery, {@link io.replbuf.stream.History}, the primary's decision on
 * PSYNC and its clock for output limits. What is played is what lies around them: the command loop, replica loops, the log's
 * threads, sockets, replicas, the disk's mishaps and time. Called by the command line and by tests; one thread runs everything.
 */
package io.replbuf.harness.simulation;
