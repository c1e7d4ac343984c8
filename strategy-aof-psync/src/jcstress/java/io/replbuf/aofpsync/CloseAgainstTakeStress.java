package io.replbuf.aofpsync;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The command loop closes a cursor while its loop takes an offer: whoever is first, the offered memory is let go. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "closed first")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "taken first, and closed by the command loop all the same")
@Outcome(expect = Expect.FORBIDDEN, desc = "memory stays pinned for ever")
@State
public class CloseAgainstTakeStress {
    private final Fixture.Hold hold = new Fixture.Hold();
    private final WindowedCursor cursor = Fixture.inLog(hold);
    private final Fixture.Memory memory = new Fixture.Memory();

    public CloseAgainstTakeStress() {
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
        cursor.close();
        result.r2 = memory.closed && hold.closed ? 1 : 0;
    }
}
