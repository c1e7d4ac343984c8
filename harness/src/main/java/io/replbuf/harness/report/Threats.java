package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.Environment;
import io.replbuf.harness.measure.Machine;
import io.replbuf.harness.measure.RunResult;
import java.util.ArrayList;
import java.util.List;

/** What a reader must hold against this run, from the run's own files. */
final class Threats {
    /** With so few cores engine, loader and replicas take turns on them. */
    private static final int FEW_CORES = 4;

    private static final double LATE_MICROS = 1_000;

    private Threats() {}

    static List<String> of(Run run) {
        List<String> threats = new ArrayList<>();
        RunResult result = run.result();
        if (result.stamp() != null && !result.stamp().isBlank()) {
            threats.add("Stamp of the run: " + result.stamp() + ".");
        }
        if (result.status() != RunResult.Status.FINISHED) {
            threats.add(
                    "The run did not finish ("
                            + result.status().name().toLowerCase(java.util.Locale.ROOT)
                            + "); this page shows the cells that did.");
        }
        if (run.trials() < 2) {
            threats.add(
                    "One repetition per cell: no interval can be given. Memory and resync counts are facts of this run;"
                            + " differences in latency are not findings.");
        } else {
            threats.add(
                    run.trials()
                            + " repetitions in fresh processes; bars show the smallest and the largest of them.");
        }
        machine(threats, run.environment());
        threats.add(InstrumentNote.of(run.instruments()));
        threats.add(
                "Loopback: no loss, no delay but what the scenario's links add; the sender also pays for the receiver's TCP work.");
        cells(threats, run.cells());
        if (!run.damage().isEmpty()) {
            threats.add(
                    run.damage().size()
                            + " damaged or missing files, listed under the cells: what they held is absent here.");
        }
        return threats;
    }

    private static void machine(List<String> threats, Environment environment) {
        if (environment == null) {
            threats.add(
                    "The environment was not recorded: the numbers cannot be compared with any others.");
            return;
        }
        if (environment.cores() <= FEW_CORES) {
            threats.add(
                    "Engine, loader and replicas shared "
                            + environment.cores()
                            + " cores: latency includes waiting for a core, and rates are lower than on a machine for each.");
        }
        if (environment.dirty()) {
            threats.add("The working directory had changes that are in no commit.");
        }
    }

    private static void cells(List<String> threats, List<Cell> cells) {
        long advisory = cells.stream().filter(c -> c.result.verdict().latencyAdvisory()).count();
        long suspect = count(cells, CellResult.Status.SUSPECT);
        long failed = count(cells, CellResult.Status.FAILED);
        if (failed > 0) {
            threats.add(
                    failed
                            + " of "
                            + cells.size()
                            + " cells failed: none of their numbers is used on this page; reasons stand under the table of cells.");
        }
        if (suspect > 0) {
            threats.add(
                    suspect
                            + " of "
                            + cells.size()
                            + " cells are suspect: they exceeded a stated bound, and their numbers carry the mark †.");
        }
        if (advisory > 0) {
            threats.add(
                    advisory
                            + " of "
                            + cells.size()
                            + " cells are advisory for latency: it may not be used, memory and resync counts stand.");
        }
        disturbed(threats, cells);
        long late =
                cells.stream()
                        .filter(c -> c.result.latency().loaderDelayP99() > LATE_MICROS)
                        .count();
        if (late > 0) {
            threats.add(
                    "In "
                            + late
                            + " of "
                            + cells.size()
                            + " cells the loader sent more than 1 ms late at p99.");
        }
        long missed = cells.stream().filter(Threats::missedSchedule).count();
        if (missed > 0) {
            threats.add(
                    "In "
                            + missed
                            + " of "
                            + cells.size()
                            + " cells less than 99 % of the offered writes were answered: there strategies met different streams,"
                            + " so compare multiples, not bytes.");
        }
        long bound = cells.stream().filter(Threats::machineBound).count();
        if (bound > 0) {
            threats.add(
                    "In "
                            + bound
                            + " of "
                            + cells.size()
                            + " cells loader and replicas took over half of the processor time (machine-bound in the table).");
        }
        if (cells.stream().anyMatch(c -> c.result.target().equals("redis"))) {
            threats.add(
                    "Real servers: memory is read from INFO at 10 Hz and by their own accounting; the expected stream comes from"
                            + " a control replica that no fault touches.");
        }
    }

    /** Load that was neither the server's nor the harness'. */
    private static void disturbed(List<String> threats, List<Cell> cells) {
        List<Cell> known = cells.stream().filter(c -> c.result.machine() != null).toList();
        List<Cell> disturbed =
                known.stream().filter(c -> c.result.machine().isDisturbed()).toList();
        if (!disturbed.isEmpty()) {
            double most =
                    disturbed.stream()
                            .mapToDouble(c -> c.result.machine().foreignCores())
                            .max()
                            .getAsDouble();
            threats.add(
                    "Foreign load: in "
                            + disturbed.size()
                            + " of "
                            + known.size()
                            + " cells other processes, or other machines of the same host, kept more than "
                            + Units.digits3(Machine.FOREIGN_CORES_MAX)
                            + " cores busy, at most "
                            + Units.digits3(most)
                            + "; see how the machine was used, below the cells.");
        }
        long again = known.stream().filter(c -> c.result.machine().attempt() > 1).count();
        if (again > 0) {
            threats.add(again + " of " + known.size() + " cells were run a second time for it.");
        }
    }

    private static boolean missedSchedule(Cell cell) {
        return cell.result.offeredPerSecond() > 0
                && cell.result.achievedPerSecond() < 0.99 * cell.result.offeredPerSecond();
    }

    static boolean machineBound(Cell cell) {
        long harness = cell.result.harnessCpuMillis();
        return harness > 0 && harness > cell.result.serverCpuMillis();
    }

    private static long count(List<Cell> cells, CellResult.Status status) {
        return cells.stream().filter(c -> c.result.verdict().status() == status).count();
    }
}
