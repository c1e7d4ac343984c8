package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.Environment;
import io.replbuf.harness.measure.Instruments;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunResult;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/**
 * A run as it was found: its cells with their series, and what could not be read.
 *
 * @param environment null when its file could not be read
 * @param instruments null when they were held against nothing, or their file could not be read
 * @param cells those whose {@code cell.json} could be read, in the order of the run
 * @param groups the cells that prove something: a failed one is in none of them, so that no sentence, table or chart uses its numbers
 * @param lost one line for each cell of which nothing can be shown
 * @param damage every fault that was found, one line each
 */
record Run(
        RunResult result,
        Environment environment,
        Instruments instruments,
        List<Cell> cells,
        List<Lost> lost,
        List<Group> groups,
        List<String> damage) {
    /** A cell without a readable {@code cell.json}. */
    record Lost(String id, String reason) {}

    static Run read(RunFiles files) throws IOException {
        RunResult result = readRun(files);
        List<String> damage = new ArrayList<>();
        Environment environment = null;
        try {
            environment = files.readEnvironment();
        } catch (IOException e) {
            damage.add(reason(files, e));
        }
        Instruments instruments = null;
        try {
            instruments = files.readInstruments();
        } catch (IOException e) {
            damage.add(reason(files, e));
        }
        List<Cell> cells = new ArrayList<>();
        List<Lost> lost = new ArrayList<>();
        for (String id : result.cells()) {
            try {
                CellResult cell = files.readCell(id);
                Cell read = Cell.read(files, cell);
                read.damage.forEach(damage::add);
                cells.add(read);
            } catch (IOException | IllegalArgumentException e) {
                String reason = reason(files, e);
                lost.add(new Lost(id, reason));
                damage.add(reason);
            }
        }
        return new Run(
                result,
                environment,
                instruments,
                List.copyOf(cells),
                List.copyOf(lost),
                Group.of(cells.stream().filter(cell -> !cell.failed()).toList()),
                List.copyOf(damage));
    }

    /** Most repetitions of any arm. */
    int trials() {
        return cells.stream().mapToInt(cell -> cell.result.repetition()).max().orElse(0);
    }

    /** Cells of which no number is used, in the order of the run. */
    List<Cell> failed() {
        return cells.stream().filter(Cell::failed).toList();
    }

    /** Cells whose numbers may be used. */
    List<Cell> counted() {
        return cells.stream().filter(cell -> !cell.failed()).toList();
    }

    Group group(String scenario) {
        return groups.stream()
                .filter(group -> group.scenario().equals(scenario))
                .findFirst()
                .orElse(null);
    }

    List<String> strategies() {
        return cells.stream().map(Cell::strategy).distinct().sorted(Look.order()).toList();
    }

    private static RunResult readRun(RunFiles files) throws IOException {
        try {
            return files.readRun();
        } catch (NoSuchFileException e) {
            throw new IOException(
                    e.getFile() + ": no such file (expected: a results folder of `replbuf run`)",
                    e);
        }
    }

    private static String reason(RunFiles files, Exception e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof NoSuchFileException) {
            message += ": no such file (expected: one in every run)";
        }
        return Cell.relative(files, message);
    }
}
