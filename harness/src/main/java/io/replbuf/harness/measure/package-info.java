/**
 * What a run records and where it lies on disk: results, environment, samples and latency logs.
 *
 * <p>Written by {@code io.replbuf.harness.run} while a cell runs, read by {@code io.replbuf.harness.report} afterwards. Values are
 * immutable; each sampler owns one thread and says so.
 */
package io.replbuf.harness.measure;
