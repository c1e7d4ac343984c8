package io.replbuf.aofpsync;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The loop takes an offer while the command loop takes it back: exactly one of them has the memory cursor afterwards. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "taken: read from memory, which stays pinned")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "withdrawn: nothing read from memory, which was let go")
@Outcome(expect = Expect.FORBIDDEN, desc = "both have it, or neither")
@State
public class TakeAgainstWithdrawStress {
    private final WindowedCursor cursor = Fixture.inLog(new Fixture.Hold());
    private final Fixture.Memory memory = new Fixture.Memory();

    public TakeAgainstWithdrawStress() {
        cursor.offer(memory);
    }

    /** The cursor's loop. */
    @Actor
    public void loop(II_Result result) {
        result.r1 = cursor.next(1) == null ? 0 : 1;
    }

    /** The command loop. */
    @Actor
    public void commandLoop(II_Result result) {
        cursor.withdraw();
        result.r2 = memory.closed ? 1 : 0;
    }
}
