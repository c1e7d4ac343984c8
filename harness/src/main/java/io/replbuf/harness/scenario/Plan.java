package io.replbuf.harness.scenario;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All cells of a run in the order in which they are to be executed.
 *
 * @param name of the suite, or of the scenario that stands alone
 * @param stamp how much the results may claim
 * @param cells ids are unique
 */
public record Plan(String name, String stamp, List<Cell> cells) {
    public Plan {
        cells = List.copyOf(cells);
        Set<String> ids = new HashSet<>();
        for (Cell cell : cells) {
            if (!ids.add(cell.id())) {
                throw new ScenarioException(
                        "cell: "
                                + cell.id()
                                + " twice (expected: scenarios and arms of distinct names)");
            }
        }
    }

    /** Time that all cells take one after the other. */
    public Duration estimate() {
        return cells.stream().map(Cell::estimate).reduce(Duration.ZERO, Duration::plus);
    }
}
