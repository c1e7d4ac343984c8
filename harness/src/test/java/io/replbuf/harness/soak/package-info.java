/**
 * Hours of an operator's life in minutes: real replicas of four versions, everything that breaks a link, and checks in between.
 * Run by {@code mvn -Psoak verify}; a test's thread plays, the servers are processes.
 */
package io.replbuf.harness.soak;
