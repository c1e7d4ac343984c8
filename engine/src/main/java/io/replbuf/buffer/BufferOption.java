package io.replbuf.buffer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An option of a strategy, as configuration and documentation name it.
 *
 * @param name the directive, e.g. {@code repl-buffer-window}
 * @param defaultValue in the directive's spelling
 * @param description one sentence: meaning, unit, range
 */
public record BufferOption(String name, String defaultValue, String description) {
    /**
     * Those of {@code values} that are described: what one of several readers of a map is given.
     *
     * @param values by name
     */
    public static Map<String, String> select(
            Map<String, String> values, List<BufferOption> described) {
        Map<String, String> selected = new LinkedHashMap<>();
        for (BufferOption option : described) {
            String value = values.get(option.name());
            if (value != null) {
                selected.put(option.name(), value);
            }
        }
        return selected;
    }
}
