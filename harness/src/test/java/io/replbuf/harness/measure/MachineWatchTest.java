package io.replbuf.harness.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MachineWatchTest {
    private static final String STAT =
            "4242 (a (b) loop) S 1 4242 4242 0 -1 4194560 10 20 30 40 123 45 67 8 20 0 33 0 991 1 2 3";

    @Test
    void shouldReadAThreadsTimesHoweverItIsCalled() {
        ProcFs.ThreadTime time = ProcFs.parse(STAT, "1241018 2845222 5");
        assertThat(time).isEqualTo(new ProcFs.ThreadTime("a (b) loop", 1_680, 2_845_222));
    }

    @Test
    void shouldDoWithoutSchedstatWhereTheKernelKeepsNone() {
        assertThat(ProcFs.parse(STAT, "").waitNanos()).isZero();
        assertThat(ProcFs.parse("", "")).isNull();
        assertThat(ProcFs.parse("4242 (cut", "1 2 3")).isNull();
    }

    @Test
    void shouldCountEndedChildrenToTheirParent() {
        assertThat(ProcFs.parseWithChildren(STAT)).isEqualTo(10 * (123 + 45 + 67 + 8));
        assertThat(ProcFs.parseWithChildren("")).isZero();
    }

    @Test
    void shouldTellStolenTimeFromBusyTimeAndLeaveInterruptsOut() {
        String stat = "cpu  100 10 20 5000 600 7 3658 3 2 1\ncpu0 1 1 1 1 1 1 1 1 0 0\nintr 5\n";
        assertThat(MachineWatch.ticksMillis(stat, 1, 2, 3)).isEqualTo(10 * (100 + 10 + 20));
        assertThat(MachineWatch.ticksMillis(stat, 8)).isEqualTo(10 * 3);
        assertThat(MachineWatch.ticksMillis("", 8)).isEqualTo(-1);
    }

    @Test
    void shouldReadPressure() {
        String pressure =
                "some avg10=93.79 avg60=82.81 avg300=55.67 total=452773779\n"
                        + "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
        assertThat(MachineWatch.pressureMicros(pressure)).isEqualTo(452_773_779);
        assertThat(MachineWatch.pressureMicros("")).isEqualTo(-1);
    }

    @Test
    void shouldKnowCompilersByTheNameThatTheKernelCut() {
        assertThat(CompilerThreads.isOne("C2 CompilerThre")).isTrue();
        assertThat(CompilerThreads.isOne("C1 CompilerThre")).isTrue();
        assertThat(CompilerThreads.isOne("command-loop")).isFalse();
    }

    @Test
    void shouldAccountForItsOwnProcess() {
        MachineWatch watch = new MachineWatch(-1);
        watch.begin();
        watch.end();
        Machine machine = watch.result();
        assertThat(machine.attempt()).isEqualTo(1);
        assertThat(machine.coresByOwner()).containsKeys("harness", "harness_compilers");
        assertThat(machine.serverWaitMillis()).isEmpty();
    }

    @Test
    void shouldBeDisturbedByMoreThanATenthOfACore() {
        assertThat(foreign(0.1).isDisturbed()).isFalse();
        assertThat(foreign(0.11).isDisturbed()).isTrue();
        assertThat(foreign(0.11).secondAttempt("why").isDisturbed()).isTrue();
    }

    private static Machine foreign(double cores) {
        return new Machine(
                1, null, 2, Map.of(Machine.FOREIGN, cores), 0, Map.of(), Map.of(), "none", 0, 0);
    }
}
