package io.replbuf.harness.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefaultSuiteTest {
    private final Plan plan = ScenarioLibrary.suite("default").compile();

    @Test
    void shouldHaveAtMostTwentySixCells() {
        assertThat(plan.cells()).hasSizeLessThanOrEqualTo(26);
    }

    @Test
    void shouldTakeSixMinutesAndAQuarterAtMost() {
        assertThat(plan.estimate()).isLessThanOrEqualTo(Duration.ofSeconds(375));
    }

    @Test
    void shouldRunEveryScenarioUnderEveryStrategyOnce() {
        assertThat(plan.cells())
                .allSatisfy(cell -> assertThat(cell.repetition()).isEqualTo(1))
                .extracting(cell -> cell.scenario().name() + " " + cell.strategy())
                .contains("steady legacy", "drop-laggard aof-psync", "slow-reader shared");
        assertThat(plan.cells())
                .filteredOn(cell -> cell.scenario().name().equals("steady"))
                .extracting(Cell::id)
                .containsExactly(
                        "steady-n1-legacy-r1",
                        "steady-n1-shared-r1",
                        "steady-n1-aof-psync-r1",
                        "steady-n8-legacy-r1",
                        "steady-n8-shared-r1",
                        "steady-n8-shared-again-r1",
                        "steady-n8-aof-psync-r1",
                        "steady-n32-legacy-r1",
                        "steady-n32-shared-r1",
                        "steady-n32-aof-psync-r1");
    }

    @Test
    void shouldRunOneStrategyTwiceInTwoScenarios() {
        assertThat(plan.cells())
                .filteredOn(cell -> cell.strategy().equals("shared-again"))
                .allSatisfy(cell -> assertThat(cell.arm().strategy()).isEqualTo("shared"))
                .extracting(cell -> cell.scenario().name())
                .containsExactly("steady", "stall-together");
    }

    @Test
    void shouldPutTenMegabytesASecondOnAStreamThatNothingDisturbs() {
        assertThat(plan.cells())
                .filteredOn(cell -> cell.scenario().name().equals("steady"))
                .allSatisfy(
                        cell ->
                                assertThat(cell.scenario().workload().streamBytesPerSecond())
                                        .isGreaterThan(10e6));
    }

    @Test
    void shouldWaitForTheCompilersAndWatchTheMachineInEveryCell() {
        assertThat(plan.cells())
                .allSatisfy(
                        cell -> {
                            assertThat(cell.spans().get(0).phase().limit()).isNotNull();
                            assertThat(cell.scenario().probe().control()).isTrue();
                        });
    }

    @Test
    void shouldStallSixteenReplicasAHundredMegabytesBehind() {
        Cell cell = cell("stall-together-shared-r1");
        double behind =
                cell.scenario().workload().streamBytesPerSecond()
                        * cell.events().get(0).planned().toMillis()
                        / 1e3;
        assertThat(cell.replicas()).hasSize(16);
        assertThat(behind).isGreaterThan(100 * 0x1p20);
    }

    @Test
    void shouldSweepOutagesAroundABacklogOfTwoSeconds() {
        Cell cell = cell("disconnect-sweep-legacy-r1");
        double backlogSeconds =
                Long.parseLong(cell.directives().get("repl-backlog-size"))
                        / cell.scenario().workload().streamBytesPerSecond();
        List<Long> outages =
                cell.events().stream()
                        .filter(event -> event.action() == FaultEvent.Action.DISCONNECT)
                        .map(event -> event.planned().toMillis())
                        .toList();
        assertThat(backlogSeconds).isBetween(1.95, 2.05);
        assertThat(outages).hasSize(cell.replicas().size()).doesNotHaveDuplicates();
        assertThat(outages).anyMatch(millis -> millis < 1_900).anyMatch(millis -> millis > 2_100);
        assertThat(cell.events())
                .as("every replica is back before the drain")
                .noneMatch(event -> event.fault().equals("heal"));
    }

    @Test
    void shouldLetTheLimitStrikeTheSlowReaderTwiceWithinItsPhase() {
        Cell cell = cell("slow-reader-legacy-r1");
        double growth =
                cell.scenario().workload().streamBytesPerSecond()
                        - cell.events().get(0).bytesPerSecond();
        double kill = 16 * 0x1p20 / growth;
        double resyncAndKill =
                0.3 + 16 * 0x1p20 / cell.scenario().workload().streamBytesPerSecond();
        assertThat(kill + resyncAndKill).isLessThan(cell.measureMillis() / 1e3);
        double snapshotSeconds =
                cell.scenario().workload().dataBytes()
                        / (double) cell.events().get(0).bytesPerSecond();
        assertThat(snapshotSeconds)
                .as("a full resync outlasts the limit")
                .isGreaterThan(resyncAndKill);
    }

    @Test
    void shouldDropALaggardOfHundredsOfMegabytesUnderAPinger() {
        Cell cell = cell("drop-laggard-legacy-r1");
        FaultEvent drop =
                cell.events().stream()
                        .filter(event -> event.action() == FaultEvent.Action.RESET_PEER)
                        .findFirst()
                        .orElseThrow();
        assertThat(drop.atMillis() * cell.scenario().workload().streamBytesPerSecond() / 1e3)
                .isGreaterThan(300e6);
        assertThat(cell.scenario().probe()).isEqualTo(new Probe(1000.0, true, null));
    }

    private Cell cell(String id) {
        return plan.cells().stream().filter(cell -> cell.id().equals(id)).findFirst().orElseThrow();
    }
}
