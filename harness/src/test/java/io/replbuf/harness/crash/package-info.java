/**
 * An engine process that is killed while clients write and replicas follow, again and again in one folder.
 *
 * <p>{@link io.replbuf.harness.crash.CrashRun} is the program: the suite runs a handful of kills of it, the soak profile as many as
 * asked for, with a table at the end. One thread drives; writers and replicas have their own.
 */
package io.replbuf.harness.crash;
