package io.replbuf.harness.measure;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * One execution of a suite: {@code run.json}, rewritten after each cell, so that an interrupted run keeps what it has.
 *
 * @param schemaVersion version of this file's shape, {@link RunFiles#SCHEMA_VERSION}
 * @param suite name of the suite
 * @param startedAt ISO 8601 instant
 * @param finishedAt ISO 8601 instant, null while the run goes on
 * @param stamp what the run may claim, as "quick look, one repetition"
 * @param seed from which every random draw of the run derives
 * @param command the command line that repeats the run
 * @param request what that command asks for, null in the file of an older version
 * @param cells ids of the cells in the order in which they were run, finished ones only
 * @param status running, finished or interrupted
 */
public record RunResult(
        int schemaVersion,
        String suite,
        String startedAt,
        String finishedAt,
        String stamp,
        long seed,
        String command,
        RunRequest request,
        List<String> cells,
        Status status) {

    public RunResult {
        cells = List.copyOf(cells);
    }

    /** How far a run has come. */
    public enum Status {
        @JsonProperty("running")
        RUNNING,
        @JsonProperty("finished")
        FINISHED,
        @JsonProperty("interrupted")
        INTERRUPTED
    }
}
