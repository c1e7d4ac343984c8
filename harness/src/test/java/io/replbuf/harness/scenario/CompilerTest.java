package io.replbuf.harness.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CompilerTest {
    private static ScenarioSource source(Map<String, String> settings) {
        return ScenarioSource.parse("minimal", ScenarioReadingTest.MINIMAL).withText(settings);
    }

    @Test
    void shouldInterleaveArmsForwardsAndBackwards() {
        Plan plan =
                Compiler.compile(
                        source(
                                Map.of(
                                        "strategies",
                                                "[legacy, shared, {label: again, strategy: shared}]",
                                        "repetitions", "3",
                                        "matrix", "{replicas.count: [1, 2]}")));
        assertThat(plan.cells())
                .extracting(Cell::id)
                .startsWith(
                        "minimal-n1-legacy-r1",
                        "minimal-n1-shared-r1",
                        "minimal-n1-again-r1",
                        "minimal-n2-legacy-r1",
                        "minimal-n2-shared-r1",
                        "minimal-n2-again-r1",
                        "minimal-n1-again-r2",
                        "minimal-n1-shared-r2",
                        "minimal-n1-legacy-r2")
                .hasSize(18);
    }

    @Test
    void shouldGiveAllArmsOfARepetitionTheSameSeedAndEvents() {
        List<Cell> cells =
                Compiler.compile(
                                source(
                                        Map.of(
                                                "strategies", "[legacy, shared]",
                                                "repetitions", "2",
                                                "faults",
                                                        "[{name: f, verb: disconnect, replicas: one, every: {exponential: {mean: 50ms}}, for: 20ms}]")))
                        .cells();
        assertThat(cells.get(0).events()).isNotEmpty().isEqualTo(cells.get(1).events());
        assertThat(cells.get(0).seed())
                .isEqualTo(cells.get(1).seed())
                .isNotEqualTo(cells.get(2).seed());
        assertThat(cells.get(0).events()).isNotEqualTo(cells.get(2).events());
    }

    @Test
    void shouldHashWhatACellDoesAndNotHowManyOthersThereAre() {
        Cell one = Compiler.compile(source(Map.of())).cells().get(0);
        Cell among =
                Compiler.compile(
                                source(
                                        Map.of(
                                                "strategies",
                                                "[shared, legacy]",
                                                "repetitions",
                                                "5")))
                        .cells()
                        .get(0);
        Cell other = Compiler.compile(source(Map.of("workload.rate", "1001/s"))).cells().get(0);
        assertThat(one.configHash())
                .hasSize(16)
                .isEqualTo(among.configHash())
                .isNotEqualTo(other.configHash());
        assertThat(one.effective()).contains("\"repetition\":1").doesNotContain("matrix");
    }

    @Test
    void shouldLeaveOutExcludedPoints() {
        Plan plan =
                Compiler.compile(
                        source(
                                Map.of(
                                        "matrix",
                                        "{replicas.count: [1, 2], workload.rate: [5/s, 7/s],"
                                                + " exclude: [{replicas.count: 2, workload.rate: 7/s}]}")));
        assertThat(plan.cells())
                .extracting(Cell::id)
                .containsExactly(
                        "minimal-n1-rate5-shared-r1",
                        "minimal-n1-rate7-shared-r1",
                        "minimal-n2-rate5-shared-r1");
        assertThat(plan.cells().get(1).parameters()).containsEntry("workload.rate", "7/s");
        assertThat(plan.cells().get(1).scenario().workload().ratePerSecond()).isEqualTo(7);
    }

    @Test
    void shouldPlaceTimeZeroAtTheEndOfTheWarmUp() {
        Cell cell =
                Compiler.compile(
                                source(
                                        Map.of(
                                                "phases",
                                                "[{name: w, kind: warmup, duration: 2s}, {name: m, duration: 3s}]")))
                        .cells()
                        .get(0);
        assertThat(cell.warmupMillis()).isEqualTo(2_000);
        assertThat(cell.measureMillis()).isEqualTo(3_000);
        assertThat(cell.spans())
                .extracting(span -> span.phase().name())
                .containsExactly("w", "m", "drain");
        assertThat(cell.drainLimit()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void shouldKeepOurDirectivesFromRealServers() {
        Plan plan =
                Compiler.compile(
                        source(
                                Map.of(
                                        "engine",
                                                "{repl-buffer-window: 1mb, repl-backlog-size: 1mb}",
                                        "strategies",
                                                "[shared, {label: redis-7.0, target: {kind: redis, command: redis-7.0}, engine: {hz: 50}}]")));
        assertThat(plan.cells().get(0).directives())
                .containsEntry("repl-buffer-strategy", "shared")
                .containsEntry("repl-buffer-window", "1mb");
        assertThat(plan.cells().get(1).directives()).containsOnlyKeys("repl-backlog-size", "hz");
    }

    @Test
    void shouldKeepEveryArmToTheProcessorsOfTheScenario() {
        List<Cell> cells =
                Compiler.compile(
                                source(
                                        Map.of(
                                                "strategies",
                                                "[shared, {label: real, target: {kind: redis, command: redis-server}}]",
                                                "target",
                                                "{kind: process}",
                                                "matrix",
                                                "{target.cpus: [\"0\", \"0,1\"]}")))
                        .cells();
        assertThat(cells)
                .extracting(cell -> cell.target().confinement())
                .containsExactly(
                        List.of("taskset", "-c", "0"),
                        List.of("taskset", "-c", "0"),
                        List.of("taskset", "-c", "0,1"),
                        List.of("taskset", "-c", "0,1"));
        assertThatThrownBy(() -> source(Map.of("target", "{kind: process, cpus: all}")))
                .hasMessageContaining("cpus: all (expected: ");
    }

    @Test
    void shouldRefuseAPhaseThatNeverSettles() {
        assertThatThrownBy(() -> source(Map.of("phases", "[{name: m, duration: 2s, settle: 2s}]")))
                .hasMessageContaining("settle: ");
    }

    @Test
    void shouldRefuseAnArmWithoutAStrategyWhereItNeedsOne() {
        assertThatThrownBy(() -> source(Map.of("strategies", "[{label: a}]")))
                .hasMessage(
                        "minimal (as set): strategies.0.strategy: none for arm a (expected: a strategy, or a target of kind redis)");
    }

    @Test
    void shouldCompileTheFullSuiteWithPeersAndAnAaArm() {
        Plan plan = ScenarioLibrary.suite("full").compile();
        assertThat(plan.estimate()).isBetween(Duration.ofMinutes(30), Duration.ofHours(6));
        assertThat(plan.cells())
                .extracting(Cell::strategy)
                .contains(
                        "legacy", "shared", "shared-again", "aof-psync", "redis-6.2", "redis-7.0");
        assertThat(plan.cells()).extracting(Cell::repetition).contains(5).isSorted();
    }
}
