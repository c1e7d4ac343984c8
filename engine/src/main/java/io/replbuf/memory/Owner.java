package io.replbuf.memory;

/** Who holds memory, as {@code used_memory}, the ledger and the charts tell them apart. */
public enum Owner {
    /** Records and hash tables of the data set. */
    KEYSPACE,
    /** Query buffers and replies of ordinary clients. */
    CLIENTS,
    /** Everything a replication strategy holds: blocks, queues, ring, their overhead. */
    REPLICATION,
    /** Index and queue of the stream log. */
    LOG,
    /** Records kept for a running snapshot, and its serialised batches. */
    SNAPSHOT
}
