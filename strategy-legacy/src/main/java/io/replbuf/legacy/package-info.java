/**
 * The strategy {@code legacy}: a ring as backlog and a private copy of the stream for every replica, as in Redis up to 6.2.
 *
 * <p>Called through the seam in {@link io.replbuf.buffer} by whoever was given a buffer by {@link
 * io.replbuf.legacy.LegacyBufferFactory}, the only public type.
 *
 * <p>The command loop owns ring, queues and all memory; each cursor's loop reads its own queue's published bytes.
 */
package io.replbuf.legacy;
