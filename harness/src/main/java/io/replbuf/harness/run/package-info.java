/**
 * Executes cells: starts an engine, attaches replicas and loader, plays the events, measures, writes the raw files.
 *
 * <p>Called by the command line's campaign, one cell at a time, on its thread.
 */
package io.replbuf.harness.run;
