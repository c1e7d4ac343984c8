/**
 * Turns the raw files of a run into charts, tables and one page.
 *
 * <p>Called by the command line when a run has ended, and again whenever somebody wants the pages redrawn; reads nothing but
 * the run's folder and writes the same bytes for the same folder. One thread, the caller's.
 */
package io.replbuf.harness.report;
