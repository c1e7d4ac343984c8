package io.replbuf.harness.report;

import io.replbuf.harness.measure.CellResult;

/**
 * Memory that the server had freed and malloc kept, as far as a trim after the drain has proved it; what it has not is unexplained.
 *
 * @param peakBytes the most that was kept
 * @param millis from its appearance until at most a twentieth of the peak was left; -1 when it was there until the trim
 */
record Kept(double peakBytes, double millis) {
    /** Smaller ones come and go with every burst of allocations. */
    static final double WORTH_TELLING = 16 * Units.MIB;

    /** Null when nothing is known of any, or nothing proved. */
    static Kept of(Cell cell) {
        CellResult.Kept kept = cell.result.kept();
        return kept == null || kept.trim() == null || !kept.trim().confirmed()
                ? null
                : new Kept(kept.peakBytes(), kept.heldMillis());
    }
}
