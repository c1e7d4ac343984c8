package io.replbuf.primary;

/** Where the state of each replica is published for an observer outside; see {@link ReplicaSlot}. Any thread. */
@FunctionalInterface
public interface ReplicaSlots {
    /** Publishes nothing. */
    ReplicaSlots NONE = listeningPort -> null;

    /**
     * @param listeningPort what the replica said in {@code REPLCONF listening-port}, 0 if it said nothing
     * @return null if there is no slot (left): nothing is published then
     */
    ReplicaSlot of(int listeningPort);
}
