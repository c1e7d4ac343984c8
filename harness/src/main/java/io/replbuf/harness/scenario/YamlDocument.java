package io.replbuf.harness.scenario;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A YAML file as a tree that settings can be replaced in, and that still knows in which line each key stood.
 *
 * <p>Settings are replaced in the tree and not in the model, so that {@code --set}, a matrix and a suite say the same as a file
 * would, and fail with the same words. Mutable; used by one thread.
 */
final class YamlDocument {
    /** A scenario is a page or two; something larger is not one. */
    static final int CHARS_MAX = 1 << 20;

    private static final String MATRIX = "matrix";
    private static final int DEPTH_MAX = 32;
    private static final int ALIASES_MAX = 32;

    private static final YAMLMapper MAPPER =
            YAMLMapper.builder(YAMLFactory.builder().loaderOptions(options()).build())
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .build();

    private final String name;
    private final ObjectNode tree;
    private final Map<String, Integer> lines;
    private final List<String> settings = new ArrayList<>();

    private YamlDocument(String name, ObjectNode tree, Map<String, Integer> lines) {
        this.name = name;
        this.tree = tree;
        this.lines = lines;
    }

    /**
     * Reads one document.
     *
     * @param name what errors call the file
     */
    static YamlDocument parse(String name, String text) {
        if (text.length() > CHARS_MAX) {
            throw new ScenarioException(
                    name
                            + ": "
                            + text.length()
                            + " characters (expected: at most "
                            + CHARS_MAX
                            + ")");
        }
        try {
            Map<String, Integer> lines = new HashMap<>();
            Node root = new Yaml(options()).compose(new StringReader(text));
            if (!(root instanceof MappingNode)) {
                throw new ScenarioException(
                        name + ":1: no keys (expected: a YAML mapping with name, workload, …)");
            }
            collect("", root, lines, 0);
            return new YamlDocument(name, (ObjectNode) MAPPER.readTree(text), lines);
        } catch (MarkedYAMLException wrong) {
            int line = wrong.getProblemMark() == null ? 1 : wrong.getProblemMark().getLine() + 1;
            throw new ScenarioException(
                    name + ":" + line + ": " + wrong.getProblem() + " (expected: valid YAML)",
                    wrong);
        } catch (YAMLException wrong) {
            throw new ScenarioException(
                    name + ":1: " + firstLine(wrong) + " (expected: valid YAML)", wrong);
        } catch (JsonProcessingException wrong) {
            int line = wrong.getLocation() == null ? 1 : wrong.getLocation().getLineNr();
            throw new ScenarioException(
                    name
                            + ":"
                            + line
                            + ": "
                            + wrong.getOriginalMessage()
                            + " (expected: valid YAML)",
                    wrong);
        }
    }

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setNestingDepthLimit(DEPTH_MAX);
        options.setMaxAliasesForCollections(ALIASES_MAX);
        options.setCodePointLimit(CHARS_MAX);
        return options;
    }

    YamlDocument copy() {
        YamlDocument copy = new YamlDocument(name, tree.deepCopy(), lines);
        copy.settings.addAll(settings);
        return copy;
    }

    ObjectNode tree() {
        return tree;
    }

    /** Reads a value as a file would have it: {@code 3}, {@code 10MiB/s}, {@code [1, 8]}. */
    static JsonNode value(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException wrong) {
            throw new ScenarioException(
                    "value: "
                            + text
                            + " (expected: a YAML value: "
                            + wrong.getOriginalMessage()
                            + ")",
                    wrong);
        }
    }

    /**
     * Replaces or adds the setting at a path such as {@code workload.rate}, {@code faults.storm.for} or {@code faults[0].at}; an
     * element of a list is named by its index, or by its name or label.
     *
     * <p>The path of an axis of the matrix, with or without {@code matrix.} before it, replaces that axis: by a list of values, or
     * by one. What the matrix would overrule is refused.
     */
    YamlDocument set(String path, JsonNode value) {
        TreePath at = TreePath.of(name, Settings.dotted(path));
        if (tree.get(MATRIX) instanceof ObjectNode || at.startsWith(MATRIX)) {
            String axis = axis(at, value);
            if (axis != null) {
                tree.withObjectProperty(MATRIX)
                        .set(axis, value.isArray() ? value : MAPPER.createArrayNode().add(value));
                settings.add(MATRIX + "." + axis);
                settings.add(axis);
                return this;
            }
        }
        at.set(tree, value);
        settings.add(at.toString());
        return this;
    }

    /** The axis that a setting is for; null if it is for none. */
    private String axis(TreePath path, JsonNode value) {
        String explicit = path.startsWith(MATRIX) ? path.without(MATRIX) : null;
        if (explicit != null && (explicit.isEmpty() || explicit.equals(Matrix.EXCLUDE))) {
            return null;
        }
        TreePath wanted = explicit == null ? path : TreePath.of(name, explicit);
        for (Map.Entry<String, JsonNode> entry : tree.path(MATRIX).properties()) {
            TreePath axis = TreePath.of(name, entry.getKey());
            if (wanted.isSameAs(axis, tree)) {
                return entry.getKey();
            }
            if (explicit == null && wanted.isOverruledBy(axis, tree, value)) {
                throw new ScenarioException(
                        name
                                + ": "
                                + path
                                + ": overruled by the matrix (expected: "
                                + axis
                                + ", which replaces that axis)");
            }
        }
        return explicit;
    }

    /** The tree as a value of the model; any failure names file, line, path, value and expectation. */
    <T> T bind(Class<T> type) {
        KnownKeys.Unknown unknown = new KnownKeys(MAPPER).firstUnknown(tree, type);
        if (unknown != null) {
            throw failure(BindingErrors.unknown(unknown), null);
        }
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonMappingException wrong) {
            throw failure(BindingErrors.of(wrong), wrong);
        } catch (JsonProcessingException wrong) {
            throw new ScenarioException(name + ": " + wrong.getOriginalMessage(), wrong);
        }
    }

    private ScenarioException failure(BindingErrors.Finding finding, Exception cause) {
        return new ScenarioException(
                place(finding.path()) + ": " + finding.path() + ": " + finding.message(), cause);
    }

    /** File and line of a path, or of the nearest thing around it; a replaced setting has no line. */
    private String place(String path) {
        if (settings.stream().anyMatch(set -> path.equals(set) || path.startsWith(set + "."))) {
            return name + " (as set)";
        }
        String around = path;
        while (!around.isEmpty() && !lines.containsKey(around)) {
            around = around.substring(0, Math.max(0, around.lastIndexOf('.')));
        }
        return name + ":" + lines.getOrDefault(around, 1);
    }

    private static void collect(String path, Node node, Map<String, Integer> lines, int depth) {
        lines.putIfAbsent(path, node.getStartMark().getLine() + 1);
        if (depth > DEPTH_MAX) {
            return;
        }
        String prefix = path.isEmpty() ? "" : path + ".";
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key) {
                    lines.put(prefix + key.getValue(), key.getStartMark().getLine() + 1);
                    collect(prefix + key.getValue(), tuple.getValueNode(), lines, depth + 1);
                }
            }
        } else if (node instanceof SequenceNode sequence) {
            for (int i = 0; i < sequence.getValue().size(); i++) {
                collect(prefix + i, sequence.getValue().get(i), lines, depth + 1);
            }
        }
    }

    private static String firstLine(Exception wrong) {
        return String.valueOf(wrong.getMessage()).lines().findFirst().orElse("unreadable");
    }
}
