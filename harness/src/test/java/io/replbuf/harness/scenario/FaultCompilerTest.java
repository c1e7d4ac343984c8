package io.replbuf.harness.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.replbuf.harness.scenario.FaultEvent.Action;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FaultCompilerTest {
    /** First number of the stream "golden" of seed 42: as long as it stands, old runs can be replayed. */
    private static final long GOLDEN = 8649957636215351637L;

    private static final String CUTS =
            "{name: cuts, verb: disconnect, replicas: {fixed-percent: 30%}, every: {exponential: {mean: 300ms}},"
                    + " for: {lognormal: {median: 100ms, sigma: 1}}}";

    @Test
    void shouldMakeAPairOfEventsFromAFault() {
        List<FaultEvent> events =
                events(
                        "{name: f, verb: slow-reader, rate: 1MB/s, replicas: [3], at: 200ms, for: 500ms}");
        assertThat(events)
                .extracting(
                        FaultEvent::atMillis,
                        FaultEvent::replica,
                        FaultEvent::action,
                        FaultEvent::args)
                .containsExactly(
                        tuple(200L, 3, Action.SLOW_READER, "for=500ms rate=1000000B/s fault=f"),
                        tuple(700L, 3, Action.RESUME_READER, "fault=f"));
    }

    @Test
    void shouldHealWhatStillLastsWhenTheLoadStops() {
        assertThat(events("{name: f, verb: disconnect, replicas: [0], at: 9s, for: 2s}"))
                .extracting(FaultEvent::atMillis, FaultEvent::action, FaultEvent::fault)
                .containsExactly(
                        tuple(9_000L, Action.DISCONNECT, "f"),
                        tuple(10_000L, Action.CONNECT, "heal"));
        assertThat(events("{name: f, verb: pause-reader, replicas: [0]}"))
                .extracting(FaultEvent::action, FaultEvent::fault)
                .containsExactly(
                        tuple(Action.PAUSE_READER, "f"), tuple(Action.RESUME_READER, "heal"));
    }

    @Test
    void shouldLeaveEventsAsTheyWereWhenAnotherFaultIsAdded() {
        List<FaultEvent> alone = events(CUTS);
        List<FaultEvent> beside =
                events(
                                "{name: other, verb: slow-reader, rate: 1MB/s, every: {exponential: {mean: 1s}}, for: 10ms}",
                                CUTS)
                        .stream()
                        .filter(event -> !event.fault().equals("other"))
                        .toList();
        assertThat(alone).hasSizeGreaterThan(20);
        assertThat(beside)
                .filteredOn(event -> !event.fault().equals("heal"))
                .containsExactlyElementsOf(
                        alone.stream().filter(event -> !event.fault().equals("heal")).toList());
    }

    @Test
    void shouldNeverStrikeWhatIsAlreadyStruck() {
        List<FaultEvent> events =
                events(
                        CUTS,
                        "{name: resets, verb: reset-peer, every: 70ms, replicas: one, for: 150ms}",
                        "{name: leaves, verb: leave, every: 500ms, replicas: one, for: 50ms}");
        Map<Integer, Boolean> away = new HashMap<>();
        for (FaultEvent event : events) {
            boolean begins =
                    switch (event.action()) {
                        case DISCONNECT, RESET_PEER, LEAVE -> true;
                        default -> false;
                    };
            assertThat(away.getOrDefault(event.replica(), false))
                    .as("%s", event)
                    .isNotEqualTo(begins);
            away.put(event.replica(), begins);
        }
        assertThat(away).as("all are back").doesNotContainValue(true);
        assertThat(events).isSorted();
    }

    @Test
    void shouldGiveEachReplicaDrawsOfItsOwnUnlessCorrelated() {
        String pauses =
                "{name: p, verb: pause-reader, every: {exponential: {mean: 1s}}, for: {exponential: {mean: 50ms}}, correlated: %s}";
        assertThat(begins(events(pauses.formatted("true"))))
                .allSatisfy((time, count) -> assertThat(count).isEqualTo(10));
        assertThat(begins(events(pauses.formatted("false"))))
                .hasSizeGreaterThan(50)
                .allSatisfy((time, count) -> assertThat(count).isLessThan(4));
    }

    @Test
    void shouldGiveEachReplicaItsOwnEntryOfAList() {
        assertThat(events("{name: f, verb: disconnect, replicas: [7, 2], for: [300ms, 100ms]}"))
                .extracting(FaultEvent::replica, FaultEvent::atMillis)
                .contains(tuple(7, 300L), tuple(2, 100L));
        assertThatThrownBy(
                        () ->
                                events(
                                        "{name: f, verb: disconnect, replicas: [7, 2, 1], for: [300ms, 100ms]}"))
                .hasMessageContaining(
                        "2 times in fault f (expected: one, or one for each of its replicas)");
    }

    @Test
    void shouldKeepJoinersAwayUntilTheyJoin() {
        Cell cell =
                cell(
                        "{name: j, verb: join, replicas: [4], at: 2s, for: 3s}",
                        "{name: d, verb: disconnect, replicas: [4, 5], at: 1s, for: 2s}");
        assertThat(cell.replicas())
                .filteredOn(plan -> !plan.attachedAtStart())
                .extracting(Cell.ReplicaPlan::index)
                .containsExactly(4);
        assertThat(cell.events())
                .filteredOn(event -> event.replica() == 4)
                .extracting(FaultEvent::action)
                .containsExactly(Action.JOIN, Action.LEAVE);
    }

    @Test
    void shouldStayWithinItsPhaseItsGroupAndItsCount() {
        ScenarioSource source =
                ScenarioSource.parse("minimal", ScenarioReadingTest.MINIMAL)
                        .withText(
                                Map.of(
                                        "replicas.groups",
                                                "[{name: near, replicas: 4}, {name: far, replicas: 50%}]",
                                        "phases",
                                                "[{name: w, kind: warmup, duration: 1s}, {name: a, duration: 2s}, {name: b, duration: 2s}]",
                                        "faults",
                                                "[{name: f, verb: disconnect, phase: b, group: far, replicas: {fixed: 2},"
                                                        + " at: 100ms, every: 50ms, for: 10ms, count: 3}]"));
        List<FaultEvent> events = Compiler.compile(source).cells().get(0).events();
        assertThat(events)
                .extracting(FaultEvent::atMillis)
                .containsExactly(
                        2100L, 2100L, 2110L, 2110L, 2150L, 2150L, 2160L, 2160L, 2200L, 2200L, 2210L,
                        2210L);
        assertThat(events).allSatisfy(event -> assertThat(event.replica()).isBetween(4, 8));
    }

    @Test
    void shouldDrawTheSameOnEveryMachine() {
        SeedStream stream = SeedStream.named(42, "golden");
        assertThat(stream.nextLong()).isEqualTo(GOLDEN);
        assertThat(events(CUTS)).isEqualTo(events(CUTS));
    }

    private static Map<Long, Integer> begins(List<FaultEvent> events) {
        Map<Long, Integer> begins = new HashMap<>();
        events.stream()
                .filter(event -> event.action() == Action.PAUSE_READER)
                .forEach(event -> begins.merge(event.atMillis(), 1, Integer::sum));
        return begins;
    }

    private static List<FaultEvent> events(String... faults) {
        return cell(faults).events();
    }

    private static Cell cell(String... faults) {
        ScenarioSource source =
                ScenarioSource.parse("minimal", ScenarioReadingTest.MINIMAL)
                        .withText(
                                Map.of(
                                        "faults",
                                        "[" + String.join(", ", faults) + "]",
                                        "phases.main.duration",
                                        "10s"));
        return Compiler.compile(source).cells().get(0);
    }
}
