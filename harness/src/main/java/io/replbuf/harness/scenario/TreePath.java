package io.replbuf.harness.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A way to a setting in a document's tree. Each step is a key, or in a list an element's index, name or label. Immutable.
 */
final class TreePath {
    private final String document;
    private final List<String> steps;

    private TreePath(String document, List<String> steps) {
        this.document = document;
        this.steps = steps;
    }

    /**
     * @param document what errors call the document
     * @param dotted steps between dots
     */
    static TreePath of(String document, String dotted) {
        return new TreePath(document, List.of(dotted.split("\\.", -1)));
    }

    boolean startsWith(String step) {
        return steps.get(0).equals(step);
    }

    /** What follows a first step, in dots. */
    String without(String step) {
        return startsWith(step)
                ? String.join(".", steps.subList(1, steps.size()))
                : String.join(".", steps);
    }

    /** Replaces or adds the setting; keys on the way that are not there are made. */
    void set(ObjectNode tree, JsonNode value) {
        JsonNode at = tree;
        for (int i = 0; i < steps.size() - 1; i++) {
            String step = steps.get(i);
            JsonNode next = at instanceof ArrayNode list ? list.get(index(list, i)) : at.get(step);
            if (next == null && at instanceof ObjectNode object) {
                next = object.putObject(step);
            }
            if (next == null || !next.isContainerNode()) {
                throw new ScenarioException(
                        document
                                + ": "
                                + this
                                + " (expected: a path to a setting; "
                                + step
                                + " holds none)");
            }
            at = next;
        }
        int last = steps.size() - 1;
        if (at instanceof ArrayNode list) {
            list.set(index(list, last), value);
        } else {
            ((ObjectNode) at).set(steps.get(last), value);
        }
    }

    /** Whether both lead to one place of the tree, however they name elements of lists. */
    boolean isSameAs(TreePath other, JsonNode tree) {
        return canonical(tree).equals(other.canonical(tree));
    }

    /** Whether a value put here is replaced, or replaced in part, by one that is put at {@code later} afterwards. */
    boolean isOverruledBy(TreePath later, JsonNode tree, JsonNode value) {
        List<String> mine = canonical(tree);
        List<String> theirs = later.canonical(tree);
        if (mine.size() > theirs.size()) {
            return mine.subList(0, theirs.size()).equals(theirs);
        }
        return theirs.subList(0, mine.size()).equals(mine)
                && new TreePath(document, later.steps.subList(mine.size(), theirs.size()))
                        .isIn(value);
    }

    private boolean isIn(JsonNode value) {
        JsonNode at = value;
        for (String step : steps) {
            int index = at instanceof ArrayNode list ? find(list, step) : -1;
            at = index >= 0 ? at.get(index) : at.get(step);
            if (at == null) {
                return false;
            }
        }
        return true;
    }

    /** With elements of lists by index as far as they are there. */
    private List<String> canonical(JsonNode tree) {
        List<String> canonical = new ArrayList<>();
        JsonNode at = tree;
        for (String step : steps) {
            int index = at instanceof ArrayNode list ? find(list, step) : -1;
            canonical.add(index >= 0 ? Integer.toString(index) : step);
            at = at == null ? null : index >= 0 ? at.get(index) : at.get(step);
        }
        return canonical;
    }

    /** Of the element that a step names. */
    private int index(ArrayNode list, int step) {
        int index = find(list, steps.get(step));
        if (index < 0) {
            List<String> names = new ArrayList<>();
            list.forEach(element -> addName(element, names));
            throw new ScenarioException(
                    document
                            + ": "
                            + this
                            + ": "
                            + steps.get(step)
                            + " (expected: "
                            + (list.isEmpty()
                                    ? "an element, but the list is empty"
                                    : "0 to "
                                            + (list.size() - 1)
                                            + (names.isEmpty() ? "" : ", or one of " + names))
                            + ")"
                            + Nearest.hint(steps.get(step), names));
        }
        return index;
    }

    private static int find(ArrayNode list, String step) {
        for (int i = 0; i < list.size(); i++) {
            List<String> names = new ArrayList<>(List.of(Integer.toString(i)));
            addName(list.get(i), names);
            if (names.contains(step)) {
                return i;
            }
        }
        return -1;
    }

    /** An element's name or label, or the element itself where it is a word. */
    private static void addName(JsonNode element, List<String> names) {
        for (JsonNode name : List.of(element.path("name"), element.path("label"), element)) {
            if (name.isTextual()) {
                names.add(name.asText());
            }
        }
    }

    @Override
    public String toString() {
        return String.join(".", steps);
    }
}
