package io.replbuf.harness.scenario;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code one}, {@code all}, {@code {fixed: n}}, {@code {fixed-percent: p%}} or a list of indexes. */
final class SelectionDeserializer extends JsonDeserializer<Selection> {
    private static final List<String> FORMS = List.of("one", "all", "fixed", "fixed-percent");

    @Override
    public Selection deserialize(JsonParser parser, DeserializationContext context)
            throws IOException {
        String what = parser.currentName();
        JsonNode node = context.readTree(parser);
        try {
            return selection(what, node);
        } catch (IllegalArgumentException wrong) {
            return context.reportInputMismatch(this, "%s", wrong.getMessage());
        }
    }

    private static Selection selection(String what, JsonNode node) {
        if (node.isArray()) {
            List<Integer> indexes = new ArrayList<>();
            for (JsonNode index : node) {
                if (!index.canConvertToExactIntegral() || !index.canConvertToInt()) {
                    throw new IllegalArgumentException(
                            what + ": " + index + " (expected: an index from 0)");
                }
                indexes.add(index.intValue());
            }
            return new Selection(Selection.Mode.INDEXES, null, indexes);
        }
        String word =
                node.isTextual()
                        ? node.asText()
                        : node.size() == 1 ? node.fieldNames().next() : node.toString();
        if (node.isTextual() && word.equals("one")) {
            return Selection.ONE;
        }
        if (node.isTextual() && word.equals("all")) {
            return Selection.ALL;
        }
        if (node.isObject() && word.equals("fixed")) {
            return new Selection(Selection.Mode.FIXED, Share.parse(node.get(word).asText()), null);
        }
        if (node.isObject() && word.equals("fixed-percent")) {
            String text = node.get(word).asText();
            Share share = new Share(Quantities.percent(what, text), true);
            return new Selection(Selection.Mode.FIXED_PERCENT, share, null);
        }
        throw new IllegalArgumentException(
                what
                        + ": "
                        + node
                        + " (expected: one, all, {fixed: 3}, {fixed-percent: 30%} or a list of indexes)"
                        + Nearest.hint(word, FORMS));
    }
}
