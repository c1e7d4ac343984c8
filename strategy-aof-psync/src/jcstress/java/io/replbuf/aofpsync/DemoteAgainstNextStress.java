package io.replbuf.aofpsync;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The command loop demotes while the loop asks for its next stretch: it gets one from memory or from the log, never nothing. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "from memory, before the loop took notice; the window was let go")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "from the log")
@Outcome(expect = Expect.FORBIDDEN, desc = "nothing to read, or memory still pinned")
@State
public class DemoteAgainstNextStress {
    private final Fixture.Memory memory = new Fixture.Memory();
    private final WindowedCursor cursor = Fixture.inMemory(memory);

    /** The cursor's loop. */
    @Actor
    public void loop(II_Result result) {
        if (cursor.next(1) != null) {
            result.r1 = 1;
        } else {
            result.r1 = cursor.nextFile(1) == null ? 0 : 2;
        }
    }

    /** The command loop. */
    @Actor
    public void commandLoop(II_Result result) {
        cursor.demote(new Fixture.Hold(), 1);
        result.r2 = memory.closed ? 1 : 0;
    }
}
