package io.replbuf.harness.scenario;

/**
 * Replicas that share settings and can be named as the target of a fault.
 *
 * @param name lower-case letters, digits and dashes
 * @param replicas how many: a number, or a percentage of all
 * @param reader how they read
 */
public record ReplicaGroup(String name, Share replicas, Replicas.Reader reader) {
    public ReplicaGroup {
        Check.name("name", name);
        Check.present("replicas", replicas);
        reader = reader == null ? Replicas.Reader.UNLIMITED : reader;
    }
}
