/**
 * JMH benchmarks of the strategies' inner steps: feed, open at an offset, trim, the hop from block to block.
 *
 * <p>Run by {@code replbuf jmh} and by nothing else, each benchmark in forks of its own, on one thread that plays command loop and
 * replica loop. They answer what a step costs; what a client sees under load is the harness' question, and the two never share a
 * chart.
 */
package io.replbuf.harness.micro;
