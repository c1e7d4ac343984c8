package io.replbuf.harness.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioReadingTest {
    static final String MINIMAL =
            """
            name: minimal
            description: as little as possible
            seed: 1
            strategies: [shared]
            workload:
              rate: 1000/s
            replicas:
              count: 10
            phases:
              - {name: main, duration: 1s}
            """;

    @Test
    void shouldFillInWhatAFileLeavesOut() {
        Scenario scenario = ScenarioSource.parse("minimal", MINIMAL).scenario();
        assertThat(scenario.target()).isEqualTo(Target.ENGINE_PROCESS);
        assertThat(scenario.strategies()).containsExactly(Arm.of("shared"));
        assertThat(scenario.workload().valueBytes()).isEqualTo(1_024);
        assertThat(scenario.replicas().reader().receiveBufferBytes()).isEqualTo(65_536);
        assertThat(scenario.probe().isOn()).isFalse();
        assertThat(scenario.repetitions()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "  rate: 1000/s | '  raet: 1000/s'"
                        + " | minimal:6: workload.raet: unknown key; did you mean rate?",
                "  rate: 1000/s | '  rate: 1000'"
                        + " | minimal:6: workload.rate: 1000 (expected: a rate such as 40000/s)",
                "  count: 10 | '  count: ten'"
                        + " | minimal:8: replicas.count: ten (expected: a whole number)",
                "  count: 10 | '  count: 10001'"
                        + " | minimal:8: replicas.count: 10001 (expected: 0 to 10000)",
                "{name: main, duration: 1s} | '{name: main, kind: mesure, duration: 1s}'"
                        + " | minimal:10: phases.0.kind: mesure (expected: one of [warmup, measure, drain]); did you mean measure?",
                "{name: main, duration: 1s} | '{name: main, duration: 1parsec}'"
                        + " | minimal:10: phases.0.duration: 1parsec (expected: a time such as 250ms, 30s, 5m or 2h)",
                "strategies: [shared] | 'strategies: []'"
                        + " | minimal:4: strategies: 0 entries (expected: 1 to 32)",
                "seed: 1 | 'seed: 1\nseed: 2' | minimal:4: Duplicate field",
                "seed: 1 | 'seed: [1' | (expected: valid YAML)",
            })
    void shouldNameFileLinePathValueAndExpectation(String line, String replaced, String message) {
        String text = MINIMAL.replace(line.strip(), replaced.strip());
        assertThatThrownBy(() -> ScenarioSource.parse("minimal", text))
                .isInstanceOf(ScenarioException.class)
                .satisfies(
                        wrong ->
                                assertThat(
                                                wrong.getMessage()
                                                        .replaceAll(
                                                                " \\(expected: one of \\[[^]]*rate[^]]*]\\)",
                                                                ""))
                                        .contains(message))
                .satisfies(
                        wrong -> assertThat(wrong.getMessage().lines()).as("one line").hasSize(1));
    }

    @Test
    void shouldSuggestTheNearestGroupPhaseAndLink() {
        assertThatThrownBy(() -> with("faults", "[{name: f, verb: disconnect, phase: mian}]"))
                .hasMessageContaining(
                        "faults.f.phase: mian (expected: one of [main]); did you mean main?");
        assertThatThrownBy(
                        () ->
                                with(
                                        "replicas.reader",
                                        "{link: lna}",
                                        "links",
                                        "{lan: {latency: 1ms}}"))
                .hasMessageContaining("link: lna (expected: one of [lan]); did you mean lan?");
        assertThatThrownBy(() -> with("faults", "[{name: f, verb: disconnect, replicas: [10]}]"))
                .hasMessageContaining("faults.f.replicas: 10 (expected: 0 to 9)");
    }

    @Test
    void shouldTellASettingFromALineOfTheFile() {
        assertThatThrownBy(() -> with("workload.raet", "5/s"))
                .hasMessageStartingWith("minimal (as set): workload.raet: unknown key");
        assertThatThrownBy(() -> with("workload.rate.x", "5/s"))
                .hasMessage(
                        "minimal: workload.rate.x (expected: a path to a setting; rate holds none)");
    }

    @Test
    void shouldReplaceSettingsByPathIndexAndName() {
        Scenario scenario =
                with(
                                "phases.main.duration",
                                "3s",
                                "engine.repl-backlog-size",
                                "1mb",
                                "strategies.0",
                                "legacy")
                        .scenario();
        assertThat(scenario.phases().get(0).duration()).isEqualTo(Duration.ofSeconds(3));
        assertThat(scenario.engine()).containsEntry("repl-backlog-size", "1mb");
        assertThat(scenario.strategies()).containsExactly(Arm.of("legacy"));
    }

    @Test
    void shouldReadSelectionsAndDraws() {
        List<Fault> faults =
                with(
                                "faults",
                                "[{name: a, verb: disconnect, replicas: {fixed: 3}, every: {exponential: {mean: 2s}}},"
                                        + " {name: b, verb: slow-reader, rate: 8Mbit/s, replicas: [4, 2], for: [1s, 2s]}]")
                        .scenario()
                        .faults();
        assertThat(faults.get(0).replicas().share()).isEqualTo(Share.of(3));
        assertThat(faults.get(0).every().kind()).isEqualTo(Draw.Kind.EXPONENTIAL);
        assertThat(faults.get(1).rateBytesPerSecond()).isEqualTo(1_000_000);
        assertThat(faults.get(1).replicas().indexes()).containsExactly(4, 2);
        assertThat(faults.get(1).duration().draws()).hasSize(2);
    }

    @Test
    void shouldRefuseWhatIsNoScenarioFile(@TempDir Path folder) throws Exception {
        Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xC3, 0x28});
        assertThatThrownBy(() -> ScenarioSource.read(binary)).hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> ScenarioSource.read(folder.resolve("none.yaml")))
                .hasMessageContaining("none.yaml: no such file");
        assertThatThrownBy(() -> ScenarioSource.parse("empty", ""))
                .hasMessageContaining("empty:1: no keys");
        assertThatThrownBy(() -> ScenarioSource.parse("list", "- 1"))
                .hasMessageContaining("list:1: no keys");
        assertThatThrownBy(() -> ScenarioSource.parse("deep", "a: " + "[".repeat(2_000)))
                .isInstanceOf(ScenarioException.class);
        String bomb = "a: &a [1, 1]\n" + "b: [" + "*a, ".repeat(100) + "1]";
        assertThatThrownBy(() -> ScenarioSource.parse("bomb", bomb))
                .isInstanceOf(ScenarioException.class);
    }

    private static ScenarioSource with(String... pathsAndValues) {
        Map<String, String> settings = new java.util.LinkedHashMap<>();
        for (int i = 0; i < pathsAndValues.length; i += 2) {
            settings.put(pathsAndValues[i], pathsAndValues[i + 1]);
        }
        return ScenarioSource.parse("minimal", MINIMAL).withText(settings);
    }
}
