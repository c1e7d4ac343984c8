package io.replbuf.primary;

/**
 * A command that came on a replica's link, where nothing is answered. Immutable; any thread.
 *
 * @param name in full, {@code config|get} for a subcommand
 * @param error what an answer would have been but for the link, without its first word {@code ERR}; null if no error
 */
public record StrayCommand(String name, String error) {}
