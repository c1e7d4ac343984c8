package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * One side of a comparison: a strategy under a label, with directives or a target of its own.
 *
 * <p>In a file a plain word is an arm of that strategy. Two labels for one strategy make an A/A arm: what differs between them
 * is noise. An arm whose target is a real server has no strategy of ours; its label names it.
 *
 * @param label what tables and charts call it
 * @param strategy legacy, shared, aof-psync, or the name of a third party's; null for a real server
 * @param target replaces the scenario's target, or null
 * @param engine directives added to the scenario's, the arm's winning
 */
public record Arm(String label, String strategy, Target target, Map<String, String> engine) {
    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    public Arm(
            @JsonProperty("label") String label,
            @JsonProperty("strategy") String strategy,
            @JsonProperty("target") Target target,
            @JsonProperty("engine") Map<String, String> engine) {
        this.label = Check.name("label", label);
        this.strategy = strategy;
        this.target = target;
        this.engine = Check.map(engine);
        boolean real = target != null && target.kind() == Target.Kind.REDIS;
        if (strategy == null && !real) {
            throw new IllegalArgumentException(
                    "strategy: none for arm "
                            + label
                            + " (expected: a strategy, or a target of kind redis)");
        }
        if (strategy != null) {
            Check.name("strategy", strategy);
        }
    }

    /** The short form: an arm called after its strategy. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Arm of(String strategy) {
        return new Arm(strategy, strategy, null, Map.of());
    }
}
