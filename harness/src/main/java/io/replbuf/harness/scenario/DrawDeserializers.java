package io.replbuf.harness.scenario;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads times that may be random: a scalar is a fixed time, an object with one key is a distribution. */
final class DrawDeserializers {
    private static final Map<String, Draw.Kind> KINDS =
            Map.of(
                    "constant", Draw.Kind.CONSTANT,
                    "uniform", Draw.Kind.UNIFORM,
                    "exponential", Draw.Kind.EXPONENTIAL,
                    "lognormal", Draw.Kind.LOGNORMAL,
                    "weibull", Draw.Kind.WEIBULL,
                    "pareto", Draw.Kind.PARETO);

    private DrawDeserializers() {}

    static Draw draw(String what, JsonNode node) {
        if (node.isValueNode() && !node.isNull()) {
            return Draw.constant(Quantities.duration(what, node.asText()));
        }
        if (!node.isObject() || node.size() != 1) {
            throw new IllegalArgumentException(
                    what
                            + ": "
                            + node
                            + " (expected: a time, or one distribution such as {exponential: {mean: 2s}})");
        }
        String word = node.fieldNames().next();
        Draw.Kind kind = KINDS.get(word);
        if (kind == null) {
            throw new IllegalArgumentException(
                    what
                            + ": "
                            + word
                            + " (expected: one of "
                            + KINDS.keySet().stream().sorted().toList()
                            + ")"
                            + Nearest.hint(word, KINDS.keySet()));
        }
        if (kind == Draw.Kind.CONSTANT) {
            return Draw.constant(Quantities.duration(what, node.get(word).asText()));
        }
        Fields fields = new Fields(what + "." + word, node.get(word));
        Draw draw =
                switch (kind) {
                    case UNIFORM ->
                            new Draw(
                                    kind,
                                    fields.time("min"),
                                    fields.time("max"),
                                    Draw.LONGEST.toNanos());
                    case EXPONENTIAL -> new Draw(kind, fields.time("mean"), 0, fields.max());
                    case LOGNORMAL ->
                            new Draw(
                                    kind,
                                    fields.time("median"),
                                    fields.number("sigma"),
                                    fields.max());
                    default ->
                            new Draw(
                                    kind,
                                    fields.time("scale"),
                                    fields.number("shape"),
                                    fields.max());
                };
        fields.finish();
        return draw;
    }

    /** The parameters of one distribution, each asked for once; what nobody asked for is an error. */
    private static final class Fields {
        private final String what;
        private final JsonNode node;
        private final Set<String> asked = new HashSet<>();

        Fields(String what, JsonNode node) {
            this.what = what;
            this.node = node;
            if (!node.isObject()) {
                throw new IllegalArgumentException(
                        what + ": " + node + " (expected: its parameters)");
            }
        }

        private String text(String key) {
            asked.add(key);
            JsonNode value = node.get(key);
            if (value == null || !value.isValueNode()) {
                throw new IllegalArgumentException(
                        what + "." + key + ": missing (expected: a value)");
            }
            return value.asText();
        }

        double time(String key) {
            return Quantities.duration(what + "." + key, text(key)).toNanos();
        }

        double number(String key) {
            return Quantities.number(what + "." + key, text(key));
        }

        long max() {
            asked.add("max");
            return node.has("max")
                    ? Quantities.duration(what + ".max", text("max")).toNanos()
                    : Draw.LONGEST.toNanos();
        }

        void finish() {
            node.fieldNames()
                    .forEachRemaining(
                            key -> {
                                if (!asked.contains(key)) {
                                    throw new IllegalArgumentException(
                                            what
                                                    + ": "
                                                    + key
                                                    + " (expected: one of "
                                                    + asked.stream().sorted().toList()
                                                    + ")"
                                                    + Nearest.hint(key, asked));
                                }
                            });
        }
    }

    static final class OfOne extends JsonDeserializer<Draw> {
        @Override
        public Draw deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            String what = parser.currentName();
            JsonNode node = context.readTree(parser);
            try {
                return draw(what, node);
            } catch (IllegalArgumentException wrong) {
                return context.reportInputMismatch(this, "%s", wrong.getMessage());
            }
        }
    }

    static final class OfList extends JsonDeserializer<Fault.DrawList> {
        @Override
        public Fault.DrawList deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            String what = parser.currentName();
            JsonNode node = context.readTree(parser);
            try {
                List<Draw> draws = new ArrayList<>();
                for (JsonNode entry : node.isArray() ? node : List.of(node)) {
                    draws.add(draw(what, entry));
                }
                return new Fault.DrawList(draws);
            } catch (IllegalArgumentException wrong) {
                return context.reportInputMismatch(this, "%s", wrong.getMessage());
            }
        }
    }
}
