/**
 * Native memory in extents, and the accountant that says who holds how much of it.
 *
 * <p>Called by everything that keeps bytes off the heap: keyspace, strategies, snapshot. Extents may be taken and given
 * back from any thread; an {@link io.replbuf.memory.Account} has one writing thread and any number of readers.
 */
package io.replbuf.memory;
