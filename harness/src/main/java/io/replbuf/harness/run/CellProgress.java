package io.replbuf.harness.run;

/**
 * How a cell is doing, for the progress line.
 *
 * @param phase name of the current phase, or what is done before and after the phases, such as "attach"
 * @param elapsedMillis since the cell began
 * @param ratePerSecond writes answered in the last second
 * @param p99Millis response time of the last second
 * @param lagBytesMax of the replica that lags most
 * @param fullResyncs so far, those of the first attach not counted
 * @param partialResyncs so far
 */
public record CellProgress(
        String phase,
        long elapsedMillis,
        double ratePerSecond,
        double p99Millis,
        long lagBytesMax,
        int fullResyncs,
        int partialResyncs) {}
