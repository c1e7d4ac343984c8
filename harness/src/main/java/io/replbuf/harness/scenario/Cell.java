package io.replbuf.harness.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One execution: a strategy, a point of the matrix, a repetition, in an engine process of its own.
 *
 * <p>A cell is complete: whoever runs it needs no file and draws no random number but payloads. Cells that differ only in their
 * arm have equal seeds and equal events, so all arms meet the same weather.
 *
 * @param id file-name safe and unique in its run, such as {@code steady-n8-shared-r1}
 * @param scenario this point's scenario; its matrix is empty
 * @param arm which side of the comparison
 * @param target the arm's target, or else the scenario's
 * @param directives what the engine is started with, in order: the scenario's, then the arm's in their places or after them
 * @param parameters the point of the matrix, by path, empty for a scenario without one
 * @param repetition from 1
 * @param seed for payloads, key choice and arrival; the faults are drawn already
 * @param replicas one for each replica, by index
 * @param spans the phases on the cell's time axis, whose 0 is the end of the last warm-up
 * @param events sorted by time, then replica; none later than the start of the first drain, where everything is healed
 * @param effective the scenario of this cell as JSON with sorted keys: what the run's files keep, and what {@code configHash}
 *     is taken of
 * @param configHash 16 hex digits: equal for cells that would do the same; a resumed run skips by it
 * @param estimate how long it should take, from start of the process to its end
 */
public record Cell(
        String id,
        Scenario scenario,
        Arm arm,
        Target target,
        Map<String, String> directives,
        Map<String, String> parameters,
        int repetition,
        long seed,
        List<ReplicaPlan> replicas,
        List<PhaseSpan> spans,
        List<FaultEvent> events,
        String effective,
        String configHash,
        Duration estimate) {

    public Cell {
        parameters = Check.map(parameters);
        directives = Check.map(directives);
        replicas = List.copyOf(replicas);
        spans = List.copyOf(spans);
        events = List.copyOf(events);
    }

    /** The same cell against a target that was found to be the one meant. */
    public Cell withTarget(Target found) {
        return new Cell(
                id,
                scenario,
                arm,
                found,
                directives,
                parameters,
                repetition,
                seed,
                replicas,
                spans,
                events,
                effective,
                configHash,
                estimate);
    }

    /** What tables call this cell's side: the arm's label. */
    public String strategy() {
        return arm.label();
    }

    /**
     * One replica, with group and link resolved.
     *
     * @param index from 0
     * @param group its group's name, or null
     * @param link its link
     * @param reader how it reads
     * @param attachedAtStart false: it waits for its JOIN event
     */
    public record ReplicaPlan(
            int index, String group, Link link, Replicas.Reader reader, boolean attachedAtStart) {}

    /**
     * A phase on the cell's time axis.
     *
     * @param phase the phase
     * @param startMillis negative in a warm-up
     * @param endMillis planned; a drain ends when it is done, or at its limit
     */
    public record PhaseSpan(Phase phase, long startMillis, long endMillis) {}

    /** Whether its phases differ in shape, so that each is judged for itself: one of them says so. */
    public boolean isWalk() {
        return spans.stream()
                .map(PhaseSpan::phase)
                .anyMatch(phase -> phase.pipeline() != null || !phase.settle().isZero());
    }

    /** Length of all warm-ups together; the load starts this long before time 0. */
    public long warmupMillis() {
        return -spans.get(0).startMillis();
    }

    /** End of the last measured phase, in ms from time 0: the load stops and everything is healed here. */
    public long measureMillis() {
        return spans.stream()
                .filter(span -> span.phase().kind() != Phase.Kind.DRAIN)
                .mapToLong(PhaseSpan::endMillis)
                .max()
                .orElse(0);
    }

    /** How long the drain may take at most. */
    public Duration drainLimit() {
        return spans.stream()
                .map(PhaseSpan::phase)
                .filter(phase -> phase.kind() == Phase.Kind.DRAIN)
                .map(Phase::limit)
                .reduce(Duration.ZERO, Duration::plus);
    }
}
