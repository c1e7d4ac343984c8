/**
 * The data set as RDB bytes: out of a point-in-time cut, and in again.
 *
 * <p>Called by the server for SAVE, BGSAVE and start-up, and by replication for full resyncs. A {@link
 * io.replbuf.snapshot.SnapshotJob} belongs to the command loop, which walks the cut in short slices, while a thread of the
 * job's own serialises and writes; readers and loaders run on the thread that calls them.
 */
package io.replbuf.snapshot;
