/**
 * The exact replication stream on disk: segments, manifest, sparse index, fsync, retention; an AOF in Redis' sense.
 *
 * <p>Opened by the server, which feeds it from a cursor of the replication buffer and hands it to the strategy as a {@link
 * io.replbuf.buffer.StreamHistory}. Writing happens on the log's own thread, unlinking and (but for {@code appendfsync
 * always}) syncing on its disk thread, reading on any thread; no thread that touches a segment is ever interrupted.
 *
 * <p>jcstress covers what these threads share: a hold against retention's claim, a lease against its segment's drop (the file
 * is closed once, and never under a reader), a lease against a roll.
 */
package io.replbuf.log;
