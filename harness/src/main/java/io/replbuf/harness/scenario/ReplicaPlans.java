package io.replbuf.harness.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Resolves groups and links into one plan for each replica. */
final class ReplicaPlans {
    private ReplicaPlans() {}

    /** Indexes of a group's replicas; of all replicas when {@code group} is null. Groups follow each other from index 0. */
    static int[] indexes(Replicas replicas, String group) {
        if (group == null) {
            return IntStream.range(0, replicas.count()).toArray();
        }
        int from = 0;
        for (ReplicaGroup candidate : replicas.groups()) {
            int size = candidate.replicas().pick(replicas.count());
            if (candidate.name().equals(group)) {
                return IntStream.range(from, from + size).toArray();
            }
            from += size;
        }
        throw new IllegalArgumentException("group: " + group + " (expected: one that is defined)");
    }

    static List<Cell.ReplicaPlan> resolve(
            Replicas replicas, Map<String, Link> links, Set<Integer> absentAtStart) {
        List<Cell.ReplicaPlan> plans = new ArrayList<>();
        for (ReplicaGroup group : replicas.groups()) {
            int size = group.replicas().pick(replicas.count());
            for (int i = 0; i < size; i++) {
                plans.add(plan(plans.size(), group.name(), group.reader(), links, absentAtStart));
            }
        }
        while (plans.size() < replicas.count()) {
            plans.add(plan(plans.size(), null, replicas.reader(), links, absentAtStart));
        }
        return plans;
    }

    private static Cell.ReplicaPlan plan(
            int index,
            String group,
            Replicas.Reader reader,
            Map<String, Link> links,
            Set<Integer> absentAtStart) {
        Link link = reader.link() == null ? Link.UNSHAPED : links.get(reader.link());
        return new Cell.ReplicaPlan(index, group, link, reader, !absentAtStart.contains(index));
    }
}
