/**
 * The command line: one class for each subcommand, the campaign that runs a plan, and its progress line.
 *
 * <p>Called by {@code main}, on its thread.
 */
package io.replbuf.harness.cli;
