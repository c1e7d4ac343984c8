package io.replbuf.harness.scenario;

import java.util.List;
import java.util.Map;

/**
 * A named workload with its replicas, links, phases and faults, as a scenario file states it.
 *
 * <p>A scenario may stand for many cells: {@link Matrix} varies it, {@code strategies} and {@code repetitions} multiply it. The
 * scenario inside a {@link Cell} is the one point that the cell runs; its matrix is empty.
 *
 * @param name lower-case letters, digits and dashes; part of every cell's id
 * @param description one line, shown by {@code replbuf scenarios}
 * @param seed root of all random draws of this scenario, payloads and faults alike
 * @param target what runs the engine under test
 * @param strategies the arms to compare, at least one
 * @param engine directives by Redis' names, handed to the engine as they are; arms may add their own
 * @param workload what the loader does
 * @param replicas who reads the stream
 * @param links named links that groups refer to; a group without one has an unshaped link
 * @param phases in order: warm-ups, then measured phases, then drains
 * @param faults what happens to replicas, and when
 * @param probe a second, small client that watches the command loop
 * @param repetitions processes per arm and matrix point, each a fresh one
 * @param matrix values that replace single settings, combined as a cartesian product
 */
public record Scenario(
        String name,
        String description,
        long seed,
        Target target,
        List<Arm> strategies,
        Map<String, String> engine,
        Workload workload,
        Replicas replicas,
        Map<String, Link> links,
        List<Phase> phases,
        List<Fault> faults,
        Probe probe,
        Integer repetitions,
        Matrix matrix) {

    static final int REPETITIONS_MAX = 1_000;

    public Scenario {
        Check.name("name", name);
        Check.present("description", description);
        target = target == null ? Target.ENGINE_PROCESS : target;
        strategies = Check.list("strategies", strategies, 1, 32);
        Check.distinct("strategies", strategies.stream().map(Arm::label).toList());
        engine = Check.map(engine);
        workload = Check.present("workload", workload);
        replicas = Check.present("replicas", replicas);
        links = Check.map(links);
        phases = Check.list("phases", phases, 1, 64);
        Check.distinct("phases", phases.stream().map(Phase::name).toList());
        faults = Check.list("faults", faults, 0, 1_000);
        Check.distinct("faults", faults.stream().map(Fault::name).toList());
        probe = probe == null ? Probe.OFF : probe;
        repetitions =
                repetitions == null
                        ? 1
                        : Check.range("repetitions", repetitions, 1, REPETITIONS_MAX);
        matrix = matrix == null ? Matrix.NONE : matrix;
        References.check(replicas, links, phases, faults);
    }
}
