package io.replbuf.harness.cli;

import io.replbuf.harness.measure.RunRequest;
import io.replbuf.harness.scenario.Compiler;
import io.replbuf.harness.scenario.Nearest;
import io.replbuf.harness.scenario.Plan;
import io.replbuf.harness.scenario.ScenarioException;
import io.replbuf.harness.scenario.ScenarioLibrary;
import io.replbuf.harness.scenario.ScenarioSource;
import io.replbuf.harness.scenario.Settings;
import io.replbuf.harness.scenario.SuiteSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Makes the plan that a run is asked for. Every fault of the request is found here, before anything starts. */
final class Planning {
    private Planning() {}

    static Plan plan(RunRequest request) {
        String name;
        String stamp;
        List<ScenarioSource> sources;
        if (request.suite() != null) {
            SuiteSource source = ScenarioLibrary.suite(request.suite());
            name = source.name();
            stamp = source.stamp();
            sources = source.resolve();
        } else {
            sources = request.scenarios().stream().map(Planning::source).toList();
            name =
                    sources.stream()
                            .map(source -> source.scenario().name())
                            .collect(Collectors.joining("+"));
            stamp = null;
        }
        List<ScenarioSource> set =
                sources.stream().map(source -> source.withText(request.settings())).toList();
        Plan plan =
                stamp == null ? Compiler.compile(name, set) : Compiler.compile(name, stamp, set);
        Settings.checkEffect(request.settings(), plan.cells());
        return plan;
    }

    private static ScenarioSource source(String word) {
        if (ScenarioLibrary.scenarios().contains(word)) {
            return ScenarioLibrary.scenario(word);
        }
        Path file = Path.of(word);
        if (Files.isRegularFile(file)) {
            return ScenarioSource.read(file);
        }
        throw new ScenarioException(
                "scenario: "
                        + word
                        + " (expected: a file, or one of "
                        + ScenarioLibrary.scenarios()
                        + ")"
                        + Nearest.hint(word, ScenarioLibrary.scenarios()));
    }
}
