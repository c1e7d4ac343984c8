package io.replbuf.harness.cli;

import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.buffer.Strategies;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Nearest;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.ScenarioException;
import io.replbuf.harness.scenario.Target;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The strategies that a command can run: ours, and those in the jars of {@code --strategy-path}. One that is not there is refused
 * before an engine starts.
 */
final class KnownStrategies {
    private final Strategies strategies;
    private final List<Path> path;

    /**
     * @param places jars and folders of further strategies; each may be several, with the system's separator between them
     */
    KnownStrategies(List<String> places) {
        path =
                Strategies.path(String.join(File.pathSeparator, places)).stream()
                        .map(place -> place.toAbsolutePath().normalize())
                        .toList();
        for (Path place : path) {
            if (place.toString().matches(".*\\s.*")) {
                throw new UsageException(
                        "--strategy-path: "
                                + place
                                + " (expected: a path without a blank, since an engine takes it as a directive)");
            }
        }
        try {
            strategies = Strategies.in(path);
        } catch (IllegalArgumentException wrong) {
            throw new UsageException("--strategy-path: " + wrong.getMessage());
        }
    }

    /** Absolute; empty if all strategies are on the class path. */
    List<Path> path() {
        return path;
    }

    Set<String> names() {
        return strategies.names();
    }

    ReplicationBufferFactory named(String name) {
        if (!names().contains(name)) {
            throw new ScenarioException(
                    "strategy: "
                            + name
                            + " (expected: one of "
                            + names()
                            + ", or one of --strategy-path)"
                            + Nearest.hint(name, names()));
        }
        return strategies.named(name);
    }

    boolean hasLog(String name) {
        return named(name).needsHistory();
    }

    /** Every arm that runs our engine names one of them. */
    void check(Plan plan) {
        for (Cell cell : plan.cells()) {
            if (cell.target().kind() != Target.Kind.REDIS) {
                named(cell.arm().strategy());
            }
        }
    }
}
