package io.replbuf.harness.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.replbuf.harness.scenario.ScenarioSource.Point;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns scenarios into cells: matrix points, repetitions, arms, seeds, events.
 *
 * <p>Order: all first repetitions come before all second ones, so that a run which is cut short has seen everything once; within
 * a repetition the arms of one point follow each other, forwards in odd repetitions and backwards in even ones (A B C, C B A),
 * so that a machine that slowly warms or tires favours none.
 */
public final class Compiler {
    /** Prefixes of directives that only our engine knows; a real server is not given them. */
    private static final List<String> OUR_DIRECTIVES =
            List.of("repl-buffer-", "repl-log-", "repl-snapshot-", "io-threads");

    /** A drain where the scenario has none: evidence needs every replica to arrive. */
    private static final Phase DRAIN =
            new Phase("drain", Phase.Kind.DRAIN, Duration.ofSeconds(1), null, null, null, null);

    private static final ObjectMapper CANONICAL =
            JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

    private Compiler() {}

    /** The cells of one scenario alone. */
    public static Plan compile(ScenarioSource source) {
        return compile(source.scenario().name(), List.of(source));
    }

    /** The cells of several scenarios, under a stamp that says how often each is run. */
    public static Plan compile(String name, List<ScenarioSource> sources) {
        int least =
                sources.stream()
                        .mapToInt(source -> source.scenario().repetitions())
                        .min()
                        .orElse(0);
        String stamp = least == 1 ? "quick look, one repetition" : least + " repetitions";
        return compile(name, stamp, sources);
    }

    /** The cells of several scenarios. */
    public static Plan compile(String name, String stamp, List<ScenarioSource> sources) {
        List<List<Point>> points = sources.stream().map(ScenarioSource::points).toList();
        int repetitions =
                sources.stream()
                        .mapToInt(source -> source.scenario().repetitions())
                        .max()
                        .orElse(0);
        List<Cell> cells = new ArrayList<>();
        for (int repetition = 1; repetition <= repetitions; repetition++) {
            for (List<Point> scenario : points) {
                for (Point point : scenario) {
                    if (repetition <= point.source().scenario().repetitions()) {
                        cells.addAll(arms(point, repetition));
                    }
                }
            }
        }
        return new Plan(name, stamp, cells);
    }

    private static List<Cell> arms(Point point, int repetition) {
        List<Arm> arms = new ArrayList<>(point.source().scenario().strategies());
        if (repetition % 2 == 0) {
            Collections.reverse(arms);
        }
        return arms.stream().map(arm -> cell(point, arm, repetition)).toList();
    }

    private static Cell cell(Point point, Arm arm, int repetition) {
        Scenario scenario = point.source().scenario();
        Target target =
                arm.target() == null ? scenario.target() : arm.target().within(scenario.target());
        long seed = SeedStream.derive(scenario.seed(), "repetition:" + repetition);
        List<Cell.PhaseSpan> spans = spans(scenario.phases());
        long end =
                spans.stream()
                        .filter(span -> span.phase().kind() == Phase.Kind.DRAIN)
                        .mapToLong(Cell.PhaseSpan::startMillis)
                        .findFirst()
                        .orElseThrow();
        List<FaultEvent> events = FaultCompiler.compile(scenario, seed, spans, end);
        Map<String, String> directives = directives(scenario, arm, target);
        Map<String, String> parameters = new LinkedHashMap<>();
        point.values().forEach((path, value) -> parameters.put(path, text(value)));
        String effective = effective(point.source().tree(), arm, repetition);
        return new Cell(
                scenario.name() + label(parameters) + "-" + arm.label() + "-r" + repetition,
                scenario,
                arm,
                target,
                directives,
                parameters,
                repetition,
                seed,
                ReplicaPlans.resolve(
                        scenario.replicas(), scenario.links(), FaultCompiler.absentAtStart(events)),
                spans,
                events,
                effective,
                hash(effective),
                Estimate.of(scenario, target, spans));
    }

    /** Phases one after the other; time 0 is where the warm-ups end. */
    private static List<Cell.PhaseSpan> spans(List<Phase> phases) {
        List<Phase> all = new ArrayList<>(phases);
        if (phases.stream().noneMatch(phase -> phase.kind() == Phase.Kind.DRAIN)) {
            all.add(DRAIN);
        }
        long at =
                -all.stream()
                        .filter(phase -> phase.kind() == Phase.Kind.WARMUP)
                        .mapToLong(phase -> phase.duration().toMillis())
                        .sum();
        List<Cell.PhaseSpan> spans = new ArrayList<>();
        for (Phase phase : all) {
            long end = at + phase.duration().toMillis();
            spans.add(new Cell.PhaseSpan(phase, at, end));
            at = end;
        }
        return spans;
    }

    private static Map<String, String> directives(Scenario scenario, Arm arm, Target target) {
        Map<String, String> directives = new LinkedHashMap<>(scenario.engine());
        directives.putAll(arm.engine());
        if (target.kind() == Target.Kind.REDIS) {
            directives
                    .keySet()
                    .removeIf(name -> OUR_DIRECTIVES.stream().anyMatch(name::startsWith));
        } else {
            if (arm.strategy() == null) {
                throw new ScenarioException(
                        scenario.name()
                                + ": strategy: none for arm "
                                + arm.label()
                                + " (expected: one for target "
                                + target.kind().name().toLowerCase(Locale.ROOT)
                                + ")");
            }
            directives.put("repl-buffer-strategy", arm.strategy());
        }
        return directives;
    }

    /** {@code -n8-rate40000}: short, and safe in a file name. */
    private static String label(Map<String, String> parameters) {
        StringBuilder label = new StringBuilder();
        parameters.forEach(
                (path, value) -> {
                    String last = path.substring(path.lastIndexOf('.') + 1);
                    String name = path.equals("replicas.count") ? "n" : last;
                    label.append('-')
                            .append(name)
                            .append(value.replace("/s", "").replaceAll("[^A-Za-z0-9.]+", "_"));
                });
        return label.toString();
    }

    private static String text(JsonNode value) {
        return value.isValueNode() ? value.asText() : value.toString();
    }

    /** What the cell does, without what it does not depend on: how many others there are, and the prose. */
    private static String effective(ObjectNode tree, Arm arm, int repetition) {
        tree.remove(List.of("matrix", "repetitions", "description", "strategies"));
        tree.set("strategies", CANONICAL.createArrayNode().add(CANONICAL.valueToTree(arm)));
        tree.put("repetition", repetition);
        try {
            return CANONICAL.writeValueAsString(CANONICAL.treeToValue(tree, TreeMap.class));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree that was read cannot be written", impossible);
        }
    }

    private static String hash(String effective) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(effective.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }
}
