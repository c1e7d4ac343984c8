package io.replbuf.buffer;

/**
 * An option of a strategy, as configuration and documentation name it.
 *
 * @param name the directive, e.g. {@code repl-buffer-window}
 * @param defaultValue in the directive's spelling
 * @param description one sentence: meaning, unit, range
 */
public record BufferOption(String name, String defaultValue, String description) {}
