/**
 * What numbers may be said to mean: intervals over processes, noise floors, comparisons, and the closed forms that stand beside
 * measured points.
 *
 * <p>Called by the report and by tests. Pure functions of their arguments, with seeded resampling; any thread.
 */
package io.replbuf.harness.stats;
