package io.replbuf.harness.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.replbuf.buffer.Strategies;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The strategies under random schedules, and what the simulation itself is worth. */
@Tag("ci")
class SimulationTest {
    private static final long STEPS = 500;

    private static Level before;

    /** What the simulated disk does to the log would be thousands of lines. */
    @BeforeAll
    static void quiet() {
        before = log().getLevel();
        log().setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        log().setLevel(before);
    }

    /** Ten thousand in all. One with files takes five times as long as one without. */
    @ParameterizedTest
    @CsvSource({"legacy, 5000", "shared, 4300", "aof-psync, 700"})
    void shouldFindNothingWrong(String strategy, int schedules) {
        Long one = Long.getLong("replbuf.seed");
        LongStream seeds = one != null ? LongStream.of(one) : LongStream.rangeClosed(1, schedules);
        try (Simulation simulation = new Simulation(strategy)) {
            Outcome sum =
                    seeds.mapToObj(seed -> simulation.run(seed, STEPS, List.of()))
                            .reduce(Outcome::plus)
                            .orElseThrow();
            if (one == null) {
                assertThat(sum.memoryResyncs() + sum.logResyncs()).isPositive();
                assertThat(sum.notKeptResyncs()).isPositive();
                assertThat(sum.aheadRefusals()).isPositive();
                assertThat(sum.crashes()).isPositive();
                assertThat(sum.limitKills()).isPositive();
            }
        }
    }

    /** The first seeds that are given one extent only and writes to fill it. */
    @Test
    void shouldDropLaggardsForWantOfMemory() {
        try (Simulation simulation = new Simulation("legacy")) {
            Outcome sum =
                    LongStream.iterate(1, seed -> seed + 1)
                            .filter(seed -> Plan.random("legacy", seed).memoryBytes() == 32 << 20)
                            .limit(3)
                            .mapToObj(simulation::run)
                            .reduce(Outcome::plus)
                            .orElseThrow();
            assertThat(sum.memoryWants()).isPositive();
        }
    }

    @Test
    void shouldDemoteAndHandOff() {
        try (Simulation simulation = new Simulation("aof-psync")) {
            Outcome sum =
                    LongStream.rangeClosed(1, 30)
                            .mapToObj(simulation::run)
                            .reduce(Outcome::plus)
                            .orElseThrow();
            assertThat(sum.demotions()).isPositive();
            assertThat(sum.handOffs()).isPositive();
            assertThat(sum.logResyncs()).isPositive();
            assertThat(sum.logStops()).isPositive();
        }
    }

    /** The seeds that choose a window of nothing, and those that choose to send only what is synced. */
    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "true, true"})
    void shouldFindNothingWrongInEachMode(boolean noWindow, boolean onlySynced) {
        try (Simulation simulation = new Simulation("aof-psync")) {
            Outcome sum =
                    LongStream.iterate(1, seed -> seed + 1)
                            .mapToObj(seed -> Plan.random("aof-psync", seed))
                            .filter(plan -> (plan.windowBytes() == 0) == noWindow)
                            .filter(plan -> plan.onlySynced() == onlySynced)
                            .limit(100)
                            .map(plan -> simulation.run(plan.seed()))
                            .reduce(Outcome::plus)
                            .orElseThrow();
            assertThat(sum.crashes()).isPositive();
            assertThat(sum.logStops()).isPositive();
            assertThat(sum.logResyncs()).isPositive();
            if (onlySynced) {
                assertThat(sum.heldSnapshots()).isPositive();
                assertThat(sum.aheadRefusals()).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "shared", "aof-psync"})
    void shouldDoTheSameAgain(String strategy) {
        try (Simulation simulation = new Simulation(strategy);
                Simulation other = new Simulation(strategy)) {
            simulation.run(5);
            for (long seed = 1; seed < 6; seed++) {
                assertThat(simulation.run(seed)).isEqualTo(other.run(seed));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "shared", "aof-psync"})
    void shouldPassAnHourOfManyReplicas(String strategy) {
        try (Simulation simulation = new Simulation(strategy)) {
            Outcome outcome = simulation.day(1, 200, 1);
            assertThat(outcome.firstResyncs()).isGreaterThanOrEqualTo(200);
            assertThat(outcome.memoryResyncs()).isPositive();
            assertThat(outcome.verifiedBytes()).isGreaterThan(100 * outcome.fedBytes());
        }
    }

    @Tag("soak")
    @ParameterizedTest
    @CsvSource({"legacy, 20000", "shared, 20000", "aof-psync, 10000"})
    void shouldFindNothingWrongInLongerLivesOfFreshSeeds(String strategy, int schedules) {
        long first = System.currentTimeMillis() * 1000;
        try (Simulation simulation = new Simulation(strategy)) {
            LongStream.range(first, first + schedules).forEach(simulation::run);
        }
    }

    @Tag("soak")
    @ParameterizedTest
    @ValueSource(strings = {"legacy", "shared", "aof-psync"})
    void shouldPassADayOfManyReplicasWithinAMinute(String strategy) {
        try (Simulation simulation = new Simulation(strategy)) {
            long start = System.nanoTime();
            simulation.day(2, 200, 24);
            assertThat(System.nanoTime() - start).isLessThan(60_000_000_000L);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "legacy, LOSES_A_BYTE, wrong byte",
        "shared, LOSES_A_BYTE, wrong byte",
        "aof-psync, LOSES_A_BYTE, wrong",
        "legacy, DOUBLES_A_BYTE, wrong byte",
        "shared, DOUBLES_A_BYTE, wrong byte",
        "aof-psync, DOUBLES_A_BYTE, wrong byte",
        "shared, TRIMS_A_PINNED_BLOCK, wrong byte",
        "aof-psync, FORGETS_A_DEMOTION, after all mishaps",
        "legacy, FORGETS_A_CLOSING, open cursors",
        "shared, FORGETS_A_CLOSING, open cursors",
        "shared, NEVER_TRIMS, bytes held",
        "aof-psync, NEVER_TRIMS, bytes held",
        "aof-psync, SENDS_UNSYNCED, bytes pending",
        "aof-psync, KEEPS_A_WINDOW, reads memory"
    })
    void shouldFindABugThatWasPutIn(String strategy, Misbehaving.Bug bug, String symptom) {
        SimulationFailure found = null;
        try (Simulation simulation =
                new Simulation(new Misbehaving(Strategies.onClassPath().named(strategy), bug))) {
            for (long seed = 1; seed <= 60 && found == null; seed++) {
                long tried = seed;
                found = catchThrowableOfType(SimulationFailure.class, () -> simulation.run(tried));
            }
        }
        assertThat(found).as("a failure within 60 seeds").isNotNull();
        assertThat(found)
                .hasMessageContaining(symptom)
                .hasMessageContaining("simulate --strategy " + strategy + " --seed ");
    }

    private static Logger log() {
        return (Logger) LoggerFactory.getLogger("io.replbuf.log");
    }
}
