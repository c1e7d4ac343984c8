package io.replbuf.harness.scenario;

import java.util.List;
import java.util.Map;

/** Checks that what one part of a scenario calls by name another part defines. */
final class References {
    private References() {}

    static void check(
            Replicas replicas, Map<String, Link> links, List<Phase> phases, List<Fault> faults) {
        link(replicas.reader(), links);
        replicas.groups().forEach(group -> link(group.reader(), links));
        order(phases);
        for (Fault fault : faults) {
            if (fault.phase() != null) {
                Phase phase =
                        phases.stream()
                                .filter(p -> p.name().equals(fault.phase()))
                                .findFirst()
                                .orElseThrow(
                                        () ->
                                                unknown(
                                                        "faults." + fault.name() + ".phase",
                                                        fault.phase(),
                                                        phases.stream().map(Phase::name).toList()));
                if (phase.kind() == Phase.Kind.DRAIN) {
                    throw new IllegalArgumentException(
                            "phase: "
                                    + fault.phase()
                                    + " (expected: no fault in a phase of kind drain)");
                }
            }
            List<String> groups = replicas.groups().stream().map(ReplicaGroup::name).toList();
            if (fault.group() != null && !groups.contains(fault.group())) {
                throw unknown("faults." + fault.name() + ".group", fault.group(), groups);
            }
            for (int index : fault.replicas().indexes()) {
                if (index >= replicas.count()) {
                    throw new IllegalArgumentException(
                            "faults."
                                    + fault.name()
                                    + ".replicas: "
                                    + index
                                    + " (expected: 0 to "
                                    + (replicas.count() - 1)
                                    + ")");
                }
            }
        }
    }

    private static void link(Replicas.Reader reader, Map<String, Link> links) {
        if (reader.link() != null && !links.containsKey(reader.link())) {
            throw unknown("link", reader.link(), List.copyOf(links.keySet()));
        }
    }

    private static void order(List<Phase> phases) {
        for (int i = 1; i < phases.size(); i++) {
            if (phases.get(i).kind().compareTo(phases.get(i - 1).kind()) < 0) {
                throw new IllegalArgumentException(
                        "phases: "
                                + phases.get(i).name()
                                + " after "
                                + phases.get(i - 1).name()
                                + " (expected: warm-ups, then measured phases, then drains)");
            }
        }
        if (phases.stream().noneMatch(phase -> phase.kind() == Phase.Kind.MEASURE)) {
            throw new IllegalArgumentException(
                    "phases: none of kind measure (expected: at least one)");
        }
    }

    private static IllegalArgumentException unknown(String what, String value, List<String> known) {
        return new IllegalArgumentException(
                what
                        + ": "
                        + value
                        + " (expected: "
                        + (known.isEmpty() ? "none is defined" : "one of " + known)
                        + ")"
                        + Nearest.hint(value, known));
    }
}
