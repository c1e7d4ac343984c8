package io.replbuf.harness.run;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.Environment;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.scenario.Cell;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs cells, one after the other, each in an engine of its own.
 *
 * <p>Used by one thread. An execution leaves no process, thread, socket or file behind but the cell's folder, also when it is
 * interrupted or fails.
 */
public interface CellExecutor {
    /** Where and with what these cells are going to run. */
    Environment environment(List<Cell> cells) throws IOException;

    /**
     * Runs one cell and writes its folder, {@code cell.json} last.
     *
     * @param progress told about twice a second, on any thread
     * @return what was written; a cell that ran to its end but may not be believed says so in its verdict
     * @throws IOException if the cell could not be run: the target did not start, a file could not be written
     * @throws InterruptedException if the thread was interrupted; the cell has no {@code cell.json} then
     */
    CellResult execute(Cell cell, RunFiles files, Consumer<CellProgress> progress)
            throws IOException, InterruptedException;
}
