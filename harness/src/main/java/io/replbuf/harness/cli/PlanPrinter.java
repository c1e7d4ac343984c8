package io.replbuf.harness.cli;

import io.replbuf.harness.run.RedisPrograms;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Says what is going to be run, and how long it should take, before anything starts. */
final class PlanPrinter {
    private PlanPrinter() {}

    static void print(Plan plan, RedisPrograms programs, PrintWriter console) {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (Cell cell : plan.cells()) {
            rows.computeIfAbsent(cell.scenario().name(), name -> new Row()).add(cell);
        }
        console.printf(
                "%s: %d cells, about %s (%s)%n",
                plan.name(), plan.cells().size(), Texts.time(plan.estimate()), plan.stamp());
        rows.forEach(
                (name, row) ->
                        console.printf(
                                "  %-18s %4d cells  %12s  %s%n",
                                name,
                                row.cells,
                                Texts.time(row.estimate),
                                String.join(", ", row.arms)));
        missing(plan, programs)
                .forEach(
                        (arm, command) ->
                                console.printf(
                                        "  %s will be skipped: %s not found (expected: %s)%n",
                                        arm, command, RedisPrograms.advice(command)));
        console.flush();
    }

    /** What {@code --plan} says besides: every cell, and what the run writes. */
    static void printCells(Plan plan, DiskNeed need, Path folder, PrintWriter console)
            throws IOException {
        int width = plan.cells().stream().mapToInt(cell -> cell.id().length()).max().orElse(1);
        for (Cell cell : plan.cells()) {
            console.printf(
                    "  %-" + width + "s  seed %20d  %12s%n",
                    cell.id(),
                    cell.seed(),
                    Texts.time(cell.estimate()));
        }
        console.println("  " + disk(need, folder));
        console.flush();
    }

    /** Says so where a run would fill the disk. */
    static void warnOfDisk(DiskNeed need, Path folder, PrintWriter console) throws IOException {
        if (need.keptBytes() + need.workBytes() > Folders.freeBytes(folder)) {
            console.println("  " + disk(need, folder));
            console.flush();
        }
    }

    private static String disk(DiskNeed need, Path folder) throws IOException {
        long free = Folders.freeBytes(folder);
        return "disk: about "
                + Texts.bytes(need.keptBytes())
                + " of files, at most "
                + Texts.bytes(need.workBytes())
                + " more while a cell runs; "
                + Texts.bytes(free)
                + " free for "
                + folder
                + (need.keptBytes() + need.workBytes() > free ? ", which may not be enough" : "");
    }

    /** Arms whose server is not on this machine, with the command that was looked for. */
    static Map<String, String> missing(Plan plan, RedisPrograms programs) {
        Map<String, String> missing = new LinkedHashMap<>();
        Map<String, Boolean> found = new LinkedHashMap<>();
        for (Cell cell : plan.cells()) {
            String command = cell.target().command();
            if (cell.target().kind() == Target.Kind.REDIS
                    && command != null
                    && !found.computeIfAbsent(command, key -> programs.resolve(key).isPresent())) {
                missing.put(cell.arm().label(), command);
            }
        }
        return missing;
    }

    /** One scenario's share of the plan. */
    private static final class Row {
        private int cells;
        private Duration estimate = Duration.ZERO;
        private final Set<String> arms = new LinkedHashSet<>();

        void add(Cell cell) {
            cells++;
            estimate = estimate.plus(cell.estimate());
            arms.add(cell.arm().label());
        }
    }
}
