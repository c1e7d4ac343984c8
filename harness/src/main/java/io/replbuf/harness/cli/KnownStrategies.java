package io.replbuf.harness.cli;

import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.buffer.Strategies;
import io.replbuf.harness.scenario.Arm;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Nearest;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.ScenarioException;
import io.replbuf.harness.scenario.Target;
import java.util.Set;
import java.util.TreeMap;

/** The strategies that this process can run, so that one that is not there is refused before an engine starts. */
final class KnownStrategies {
    private final TreeMap<String, ReplicationBufferFactory> byName = new TreeMap<>();

    KnownStrategies() {
        Strategies.onClassPath().all().forEach(factory -> byName.put(factory.name(), factory));
    }

    Set<String> names() {
        return byName.keySet();
    }

    /** The strategy of that name. */
    ReplicationBufferFactory named(String name) {
        ReplicationBufferFactory factory = byName.get(name);
        if (factory == null) {
            throw new ScenarioException(
                    "strategy: "
                            + name
                            + " (expected: one of "
                            + names()
                            + ")"
                            + Nearest.hint(name, names()));
        }
        return factory;
    }

    boolean hasLog(String name) {
        return named(name).needsHistory();
    }

    /** Every arm that runs our engine names one of them. */
    void check(Plan plan) {
        for (Cell cell : plan.cells()) {
            Arm arm = cell.arm();
            if (cell.target().kind() != Target.Kind.REDIS) {
                named(arm.strategy());
            }
        }
    }
}
