/**
 * The strategy {@code shared}: one chain of blocks under all replicas and the backlog, as in Redis 7.0.
 *
 * <p>Called through the seam in {@link io.replbuf.buffer} by whoever was given a buffer by {@link
 * io.replbuf.shared.SharedBufferFactory}, the only public type.
 *
 * <p>The command loop owns the chain, its pins and all memory; each cursor's loop reads published bytes and moves its own
 * position.
 */
package io.replbuf.shared;
