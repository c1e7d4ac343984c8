package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings that take several values, combined as a cartesian product.
 *
 * <p>In a file: a path and its values per line, such as {@code replicas.count: [1, 8, 32]}, and under {@code exclude} a list of
 * points that are left out; a point leaves out every combination that agrees with it in all paths that it names.
 */
public final class Matrix {
    public static final Matrix NONE = new Matrix(new LinkedHashMap<>());

    static final int POINTS_MAX = 10_000;

    static final String EXCLUDE = "exclude";

    private final Map<String, List<JsonNode>> axes = new LinkedHashMap<>();
    private final List<JsonNode> exclude;

    /** Takes the keys as the file has them, since the order of the axes is the order of the cells. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    Matrix(LinkedHashMap<String, JsonNode> keys) {
        List<JsonNode> out = List.of();
        for (Map.Entry<String, JsonNode> entry : keys.entrySet()) {
            String path = entry.getKey();
            JsonNode values = entry.getValue();
            if (!values.isArray()) {
                throw new IllegalArgumentException(path + ": " + values + " (expected: a list)");
            }
            List<JsonNode> list = new ArrayList<>();
            values.forEach(list::add);
            if (path.equals(EXCLUDE)) {
                out = List.copyOf(list);
            } else if (path.indexOf('.') < 1) {
                throw new IllegalArgumentException(
                        path
                                + ": not a path (expected: exclude, or a path such as replicas.count)");
            } else {
                axes.put(path, Check.list(path, list, 1, POINTS_MAX));
            }
        }
        exclude = out;
        for (JsonNode point : exclude) {
            for (Map.Entry<String, JsonNode> entry : point.properties()) {
                if (!axes.containsKey(entry.getKey())) {
                    throw new IllegalArgumentException(
                            EXCLUDE
                                    + ": "
                                    + entry.getKey()
                                    + " (expected: one of "
                                    + List.copyOf(axes.keySet())
                                    + ")"
                                    + Nearest.hint(entry.getKey(), axes.keySet()));
                }
            }
            if (point.isEmpty()) {
                throw new IllegalArgumentException(
                        EXCLUDE + ": " + point + " (expected: paths and values)");
            }
        }
    }

    /** Every combination that is not excluded, the last path varying fastest; one empty point when there is no axis. */
    public List<Map<String, JsonNode>> points() {
        List<Map<String, JsonNode>> points = List.of(Map.of());
        for (Map.Entry<String, List<JsonNode>> axis : axes.entrySet()) {
            if ((long) points.size() * axis.getValue().size() > POINTS_MAX) {
                throw new ScenarioException(
                        "matrix: too many points (expected: at most " + POINTS_MAX + ")");
            }
            List<Map<String, JsonNode>> longer = new ArrayList<>();
            for (Map<String, JsonNode> point : points) {
                for (JsonNode value : axis.getValue()) {
                    Map<String, JsonNode> next = new LinkedHashMap<>(point);
                    next.put(axis.getKey(), value);
                    longer.add(next);
                }
            }
            points = longer;
        }
        List<Map<String, JsonNode>> left =
                points.stream()
                        .filter(point -> exclude.stream().noneMatch(out -> agrees(point, out)))
                        .toList();
        if (left.isEmpty()) {
            throw new ScenarioException(
                    "matrix: all of "
                            + points.size()
                            + " points are excluded (expected: at least one that is not)");
        }
        return left;
    }

    private static boolean agrees(Map<String, JsonNode> point, JsonNode out) {
        return out.properties().stream()
                .allMatch(
                        entry ->
                                point.get(entry.getKey())
                                        .asText()
                                        .equals(entry.getValue().asText()));
    }
}
