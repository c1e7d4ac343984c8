package io.replbuf.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.measure.CellResult.Kept;
import io.replbuf.harness.measure.CellResult.Status;
import io.replbuf.harness.measure.CellResult.Trim;
import io.replbuf.harness.measure.CellResult.Verdict;
import io.replbuf.harness.measure.Machine;
import io.replbuf.harness.scenario.Workload.Arrival;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictsTest {
    private final Verdicts verdicts = new Verdicts();

    @Test
    void shouldFindNothingWrongWhereNothingIs() {
        verdicts.judgeLoad(1_000, 0, null);
        verdicts.judgeRate(10_000, 10_000, 5, Arrival.UNIFORM);
        verdicts.judgeRemainder(64 << 20, 64 << 20, null);

        assertThat(verdicts.verdict()).isEqualTo(Verdict.ok());
    }

    @Test
    void shouldOnlyDoubtTheLatenciesOfALateLoader() {
        verdicts.judgeLoad(1_001, 0, null);

        Verdict verdict = verdicts.verdict();
        assertThat(verdict.status()).isEqualTo(Status.OK);
        assertThat(verdict.latencyAdvisory()).isTrue();
        assertThat(verdict.text()).isEqualTo("ok, latency advisory");
        assertThat(verdict.reasons()).singleElement().asString().contains("loader delay p99: 1001");
    }

    @Test
    void shouldOnlyDoubtTheLatenciesOfALoadThatBeganBehindItsSchedule() {
        verdicts.judgeStart(3);
        assertThat(verdicts.verdict()).isEqualTo(Verdict.ok());

        verdicts.judgeStart(4);
        assertThat(verdicts.verdict().status()).isEqualTo(Status.OK);
        assertThat(verdicts.verdict().latencyAdvisory()).isTrue();
        assertThat(verdicts.verdict().reasons())
                .singleElement()
                .asString()
                .startsWith("schedule: 4 ms behind as measuring began (expected: at most 3)");
    }

    @Test
    void shouldOnlyDoubtTheLatenciesBesideAnothersLoad() {
        verdicts.judgeMachine(machine(0.1));
        assertThat(verdicts.verdict()).isEqualTo(Verdict.ok());

        verdicts.judgeMachine(machine(0.25));
        assertThat(verdicts.verdict().status()).isEqualTo(Status.OK);
        assertThat(verdicts.verdict().latencyAdvisory()).isTrue();
        assertThat(verdicts.verdict().reasons())
                .singleElement()
                .asString()
                .startsWith("foreign load: 0.25 cores (expected: at most 0.10)");
    }

    private static Machine machine(double foreign) {
        return new Machine(
                1, null, 2, Map.of(Machine.FOREIGN, foreign), 0, Map.of(), Map.of(), "none", 0, 0);
    }

    @Test
    void shouldSuspectARateOtherThanTheOfferedOne() {
        assertThat(rate(10_000, 9_989, Arrival.UNIFORM)).isEqualTo(Status.SUSPECT);
        assertThat(rate(10_000, 9_991, Arrival.UNIFORM)).isEqualTo(Status.OK);
        assertThat(rate(10_000, 10_009, Arrival.UNIFORM)).isEqualTo(Status.OK);
        assertThat(rate(10_000, 10_011, Arrival.UNIFORM)).isEqualTo(Status.SUSPECT);
        assertThat(rate(0, 10_011, Arrival.UNIFORM)).as("closed loop").isEqualTo(Status.OK);
    }

    @Test
    void shouldAllowPoissonArrivalsTheirChance() {
        // 10,000/s for 4 s: 40,000 writes with a standard deviation of 200, so 0.5 % a deviation.
        assertThat(rate(10_000, 10_190, Arrival.POISSON)).isEqualTo(Status.OK);
        assertThat(rate(10_000, 9_810, Arrival.POISSON)).isEqualTo(Status.OK);
        assertThat(rate(10_000, 10_211, Arrival.POISSON)).isEqualTo(Status.SUSPECT);
        assertThat(rate(10_000, 9_789, Arrival.POISSON)).isEqualTo(Status.SUSPECT);
    }

    @Test
    void shouldSuspectMemoryThatNoPartExplains() {
        verdicts.judgeRemainder(90 << 20, 64 << 20, null);

        assertThat(verdicts.verdict().status()).isEqualTo(Status.SUSPECT);
        assertThat(verdicts.verdict().latencyAdvisory()).isFalse();
        assertThat(verdicts.verdict().reasons())
                .containsExactly("unexplained memory: 90.0 MiB (expected: at most 64.0 MiB)");
    }

    @Test
    void shouldSayWhyABandIsNotConfirmed() {
        long mb = 1 << 20;
        Kept left = new Kept(300 * mb, 1, -1, new Trim(200 * mb, 180 * mb, 20 * mb, false, null));
        verdicts.judgeRemainder(310 * mb, 64 * mb, left);
        Kept untold = new Kept(300 * mb, 1, -1, new Trim(200 * mb, 200 * mb, 0, false, "no jcmd"));
        verdicts.judgeRemainder(310 * mb, 64 * mb, untold);

        assertThat(verdicts.verdict().reasons().get(0))
                .endsWith(
                        "300.0 MiB of it perhaps freed and kept by malloc, but a trim left 180.0 MiB");
        assertThat(verdicts.verdict().reasons().get(1))
                .endsWith("could not be told to trim: no jcmd");
    }

    @Test
    void shouldNameWhatFailedBeforeWhatIsDoubtful() {
        verdicts.judgeLoad(5_000, 3, "OOM");
        verdicts.judgeRate(10_000, 1, 1, Arrival.UNIFORM);

        Verdict verdict = verdicts.verdict();
        assertThat(verdict.status()).isEqualTo(Status.FAILED);
        assertThat(verdict.latencyAdvisory()).isTrue();
        assertThat(verdict.reasons()).hasSize(3);
        assertThat(verdict.reasons().get(0)).isEqualTo("writes: 3 refused, first OOM");
        assertThat(verdict.reasons().get(2)).contains("loader delay");
    }

    private static Status rate(double offered, double achieved, Arrival arrival) {
        Verdicts verdicts = new Verdicts();
        verdicts.judgeRate(offered, achieved, 4, arrival);
        return verdicts.verdict().status();
    }
}
