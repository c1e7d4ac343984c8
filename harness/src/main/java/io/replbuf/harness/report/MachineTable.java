package io.replbuf.harness.report;

import io.replbuf.harness.measure.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who used the machine's cores in each cell, and how long threads waited for one. */
final class MachineTable {
    private final List<Cell> cells;
    private final TreeSet<String> owners = new TreeSet<>();

    MachineTable(List<Cell> cells) {
        this.cells = cells.stream().filter(cell -> cell.result.machine() != null).toList();
        this.cells.forEach(cell -> owners.addAll(cell.result.machine().coresByOwner().keySet()));
    }

    /** Nothing was recorded: files of an earlier harness. */
    boolean isEmpty() {
        return cells.isEmpty();
    }

    List<String> head() {
        List<String> head = new ArrayList<>(List.of("cell"));
        owners.forEach(owner -> head.add(owner.replace('_', ' ') + ", cores"));
        head.addAll(
                List.of(
                        "CPU pressure",
                        "server's threads waited, longest first",
                        "harness' threads waited, longest first",
                        "harness GC",
                        "attempt"));
        return head;
    }

    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Cell cell : cells) {
            Machine machine = cell.result.machine();
            List<String> row = new ArrayList<>(List.of(cell.id()));
            owners.forEach(
                    owner ->
                            row.add(
                                    machine.coresByOwner().containsKey(owner)
                                            ? cores(machine.coresByOwner().get(owner))
                                            : Units.NONE));
            row.add(machine.cpuPressure() < 0 ? Units.NONE : Units.percent(machine.cpuPressure()));
            row.add(waits(machine.serverWaitMillis()));
            row.add(waits(machine.harnessWaitMillis()));
            row.add(
                    machine.harnessGcCount() == 0
                            ? "none"
                            : machine.harnessGcCount()
                                    + " · "
                                    + Units.millis(machine.harnessGcMillis()));
            row.add(
                    machine.repeatedBecause() == null
                            ? String.valueOf(machine.attempt())
                            : machine.attempt() + ", because of " + machine.repeatedBecause());
            rows.add(row);
        }
        return rows;
    }

    private static String cores(double cores) {
        return String.format(Locale.ROOT, "%.2f", cores);
    }

    /** The three that waited longest. */
    private static String waits(Map<String, Long> millis) {
        List<String> longest =
                new TreeMap<>(millis)
                        .entrySet().stream()
                                .filter(wait -> wait.getValue() > 0)
                                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                                .limit(3)
                                .map(wait -> wait.getKey() + " " + Units.millis(wait.getValue()))
                                .toList();
        return longest.isEmpty() ? "none" : String.join(", ", longest);
    }
}
