package io.replbuf.harness.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final String TEXT =
            ScenarioReadingTest.MINIMAL
                    + """
                    faults:
                      - {name: storm, verb: disconnect, at: 100ms, for: 100ms, replicas: all}
                      - {name: cut, verb: disconnect, at: 500ms, for: 100ms, replicas: [1]}
                    matrix:
                      replicas.count: [4, 8, 32]
                      faults.storm.at: [100ms, 200ms]
                      exclude:
                        - {replicas.count: 32, faults.storm.at: 200ms}
                    """;

    @ParameterizedTest
    @ValueSource(strings = {"replicas.count=3", "matrix.replicas.count=3", "replicas.count=[3]"})
    void shouldReplaceAnAxisByOneValue(String setting) {
        assertThat(ids(setting))
                .containsExactly("minimal-n3-at100ms-shared-r1", "minimal-n3-at200ms-shared-r1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "faults.storm.at=[1ms, 2ms, 3ms]",
                "faults[0].at=[1ms, 2ms, 3ms]",
                "faults[storm].at=[1ms, 2ms, 3ms]",
                "matrix.faults.storm.at=[1ms, 2ms, 3ms]"
            })
    void shouldReplaceAnAxisByAListHoweverItIsNamed(String setting) {
        assertThat(ids(setting, "matrix.replicas.count=4"))
                .containsExactly(
                        "minimal-n4-at1ms-shared-r1",
                        "minimal-n4-at2ms-shared-r1",
                        "minimal-n4-at3ms-shared-r1");
    }

    @Test
    void shouldAddAnAxis() {
        assertThat(ids("replicas.count=4", "faults.storm.at=1ms", "matrix.workload.keys=[1, 2]"))
                .containsExactly(
                        "minimal-n4-at1ms-keys1-shared-r1", "minimal-n4-at1ms-keys2-shared-r1");
    }

    @Test
    void shouldReachElementsOfListsByIndexAndName() {
        Scenario scenario = source("faults[1].at=300ms", "phases[0].duration=2s").scenario();
        assertThat(scenario.faults().get(1).at()).hasToString("PT0.3S");
        assertThat(scenario.phases().get(0).duration()).hasToString("PT2S");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "faults[2].for=5s"
                        + " | minimal: faults.2.for: 2 (expected: 0 to 1, or one of [storm, cut])",
                "faults.stormy.for=5s | did you mean storm?",
                "strategies[7]=legacy | 7 (expected: 0 to 0, or one of [shared])",
                "replicas={count: 3} | overruled by the matrix (expected: replicas.count,",
                "faults[0]={name: storm, verb: disconnect, at: 1s} | overruled by the matrix",
                "replicas.count.x=3 | overruled by the matrix",
                "replicas.count=[] | 0 entries",
                "matrix.replicas.count=many | replicas.count: many (expected: a whole number)",
                "'matrix.exclude=[{replicas.count: 4}, {replicas.count: 8}, {replicas.count: 32}]'"
                        + " | matrix: all of 6 points are excluded",
            })
    void shouldSayWhatASettingLacks(String setting, String message) {
        assertThatThrownBy(() -> ids(setting))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "foo | --set: foo (expected: PATH=VALUE, such as workload.rate=5000/s)",
                "=3 | --set: =3 (expected: PATH=VALUE, such as workload.rate=5000/s)",
            })
    void shouldExplainPathAndValue(String word, String message) {
        assertThatThrownBy(() -> Settings.parse(List.of(word))).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "replicas.count, replicas.count",
        "replicas.count, matrix.replicas.count",
        "faults[0].at, faults.0.at",
        "workload.rate, workload",
    })
    void shouldRefuseASettingThatALaterOneReplaces(String first, String second) {
        assertThatThrownBy(() -> Settings.parse(List.of(first + "=1", second + "=2")))
                .hasMessage(
                        "--set: "
                                + second
                                + " replaces "
                                + first
                                + "=1 (expected: each setting once)");
    }

    @Test
    void shouldKeepValuesThatHoldAnEqualsSign() {
        assertThat(Settings.parse(List.of("a.b=c=d", "e.f=")))
                .containsExactly(Map.entry("a.b", "c=d"), Map.entry("e.f", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "engine.repl-buffer-block-layout=redis7 | an arm that takes this directive",
                "engine.repl-backlog-size=3mb | an arm that takes this directive",
                "workload.pipeline=4 | workload.mode: closed",
                "target={kind: process, heap: 128MiB} | an arm without a target of its own",
            })
    void shouldRefuseWhatNoCellHeeds(String setting, String expected) {
        String arms =
                "strategies=[{label: redis, target: {kind: redis, command: redis-7.0}, engine: {repl-backlog-size: 1mb}}]";
        assertThatThrownBy(() -> check(arms, setting))
                .hasMessageContaining(setting + " changes no cell (expected: " + expected);
    }

    @Test
    void shouldAllowWhatOneArmHeeds() {
        check(
                "strategies=[shared, {label: small, strategy: shared, engine: {repl-backlog-size: 1mb}}]",
                "engine.repl-backlog-size=3mb");
    }

    private static void check(String... words) {
        Map<String, String> settings = Settings.parse(List.of(words));
        Settings.checkEffect(settings, Compiler.compile(source(words)).cells());
    }

    private static List<String> ids(String... words) {
        return Compiler.compile(source(words)).cells().stream().map(Cell::id).toList();
    }

    private static ScenarioSource source(String... words) {
        return ScenarioSource.parse("minimal", TEXT).withText(Settings.parse(List.of(words)));
    }
}
