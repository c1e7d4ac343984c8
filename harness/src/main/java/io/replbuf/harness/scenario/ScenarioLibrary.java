package io.replbuf.harness.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The scenarios and suites that come with the jar, by name. */
public final class ScenarioLibrary {
    /** In the order in which they are listed: those of the default suite first. */
    private static final List<String> SCENARIOS =
            List.of(
                    "steady",
                    "stall-together",
                    "stall-independent",
                    "disconnect-sweep",
                    "slow-reader",
                    "drop-laggard",
                    "random-cuts",
                    "join-storm",
                    "forecast",
                    "saturation",
                    "target-fanout",
                    "target-fanout-cheap",
                    "target-stall",
                    "target-catchup",
                    "target-drop",
                    "target-drop-many",
                    "target-snapshot",
                    "target-delay",
                    "ablation",
                    "ablation-laggards",
                    "thousand",
                    "demotion",
                    "shape-change");

    private static final List<String> SUITES = List.of("default", "peers", "full", "targets");

    private ScenarioLibrary() {}

    public static List<String> scenarios() {
        return SCENARIOS;
    }

    public static List<String> suites() {
        return SUITES;
    }

    public static ScenarioSource scenario(String name) {
        return ScenarioSource.parse(name + ".yaml", text("scenario", "scenarios", name, SCENARIOS));
    }

    /** A scenario's file as it is. */
    public static String file(String name) {
        return text("scenario", "scenarios", name, SCENARIOS);
    }

    public static SuiteSource suite(String name) {
        return SuiteSource.parse(name + ".yaml", text("suite", "suites", name, SUITES));
    }

    /** The JSON Schema of scenario files, for editors. */
    public static String schema() {
        return resource("/schema/scenario.schema.json");
    }

    private static String text(String what, String folder, String name, List<String> known) {
        if (!known.contains(name)) {
            throw new ScenarioException(
                    what
                            + ": "
                            + name
                            + " (expected: one of "
                            + known
                            + ")"
                            + Nearest.hint(name, known));
        }
        return resource("/" + folder + "/" + name + ".yaml");
    }

    private static String resource(String path) {
        try (InputStream in = ScenarioLibrary.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(
                        "resource: " + path + " (expected: part of the jar)");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException("resource: " + path + " cannot be read", failed);
        }
    }
}
