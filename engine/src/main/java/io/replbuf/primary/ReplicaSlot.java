package io.replbuf.primary;

/** A replica's published numbers, kept for a listening port over all its sessions. Each field has one writing thread. */
public interface ReplicaSlot {
    /** What is published, in this order. */
    enum Field {
        LISTENING_PORT,
        CONNECTED,
        SENT_OFFSET,
        ACKED_OFFSET,
        MEMORY_BYTES,
        FILE_BYTES,
        SESSIONS,
        FULL_RESYNCS,
        PARTIAL_RESYNCS,
        DEMOTIONS,
        LIMIT_DISCONNECTIONS,
        IN_LOG,
        /** As the forecast has it, until the replica is demoted, dropped or overtaken; -1 if it is not to be. */
        LOSS_MILLIS
    }

    void set(Field field, long value);

    void add(Field field, long delta);
}
