/**
 * What a run is to do: the scenario model, its strict YAML reader, seeded faults, and the compiled list of cells.
 *
 * <p>Called by the command line and by the cell runner. All types are immutable values and may be used on any thread; nothing
 * here opens a socket or starts a process.
 */
package io.replbuf.harness.scenario;
