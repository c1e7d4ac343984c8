/**
 * Offsets, ranges, replication ids and histories: values and arithmetic, no I/O.
 *
 * <p>Called by everything that speaks about the replication stream. All types are immutable and may be used on any thread.
 */
package io.replbuf.stream;
