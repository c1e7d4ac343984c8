package io.replbuf.harness.run;

import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Workload;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a cell's tables and models go by: the point of the matrix, and the sizes that closed forms need. */
final class CellParameters {
    /** Redis' default. */
    private static final String BACKLOG_DEFAULT = "1mb";

    private CellParameters() {}

    static Map<String, Object> of(Cell cell) {
        Map<String, Object> parameters = new TreeMap<>();
        cell.parameters().forEach((path, value) -> parameters.put(path, numberOrText(value)));
        Workload workload = cell.scenario().workload();
        parameters.put("replicas", cell.replicas().size());
        parameters.put("mode", workload.mode().name().toLowerCase(Locale.ROOT));
        parameters.put("rate", workload.ratePerSecond() == null ? 0 : workload.ratePerSecond());
        parameters.put("valueBytes", workload.valueBytes());
        parameters.put("keys", workload.keys());
        parameters.put("dataBytes", workload.dataBytes());
        parameters.put("connections", workload.connections());
        parameters.put("pipeline", workload.pipeline());
        parameters.put("streamBytesPerSecond", workload.streamBytesPerSecond());
        size(cell, parameters, "backlogBytes", "repl-backlog-size", BACKLOG_DEFAULT);
        size(cell, parameters, "windowBytes", "repl-buffer-window", null);
        if (!cell.replicas().isEmpty()) {
            parameters.put(
                    "receiveBufferBytes", cell.replicas().get(0).reader().receiveBufferBytes());
        }
        return parameters;
    }

    private static void size(
            Cell cell,
            Map<String, Object> parameters,
            String name,
            String directive,
            String absent) {
        String text = cell.directives().getOrDefault(directive, absent);
        long bytes = text == null ? -1 : MemoryUnits.bytes(text, -1);
        if (bytes >= 0) {
            parameters.put(name, bytes);
        }
    }

    private static Object numberOrText(String value) {
        try {
            return Double.valueOf(value);
        } catch (NumberFormatException e) {
            return value;
        }
    }
}
