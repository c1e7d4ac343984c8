/**
 * The seam between a server and the strategy that buffers its replication stream.
 *
 * <p>Implemented by the strategy modules and by third parties; used by the server's primary side and, as a library, by any
 * program that fans a byte stream out to readers which come and go. It knows no PSYNC, replid, keyspace or transport and
 * speaks {@link java.nio.ByteBuffer} and {@link java.nio.channels.FileChannel} regions.
 *
 * <p><b>Threads.</b> One <em>command loop</em> owns the buffer: feed, open, close, turn, stats. Each cursor is read on one
 * <em>loop</em>, handed in as an {@link java.util.concurrent.Executor} when it is opened; that may be the command loop itself.
 *
 * <p><b>A block of memory</b> is in exactly one state:
 *
 * <pre>
 *            feed                 full               trim, drop
 *   free ───────────▶ tail ───────────────▶ chain ───────────────▶ free
 *                       │                     │                      ▲
 *                       └──────────┬──────────┘                      │
 *                                  ▼  its cursor was closed          │ the cursor's loop
 *                               retired ─────────────────────────────┘ said "released"
 * </pre>
 *
 * Closing a cursor therefore has two phases: the command loop marks it, the cursor's loop (which may be inside a send)
 * drops what it holds and says <em>released</em>; only then may the memory be used again.
 */
package io.replbuf.buffer;
