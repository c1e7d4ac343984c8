package io.replbuf.aofpsync;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Retention has overtaken a reader while its loop takes an offer: the reader is broken, and neither memory nor log is held. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "broken off first")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "one more stretch, which is right")
@Outcome(expect = Expect.FORBIDDEN, desc = "memory or log stays held")
@State
public class BreakOffAgainstTakeStress {
    private final Fixture.Hold hold = new Fixture.Hold();
    private final WindowedCursor cursor = Fixture.inLog(hold);
    private final Fixture.Memory memory = new Fixture.Memory();

    public BreakOffAgainstTakeStress() {
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
        cursor.breakOff(StreamHistory.GAP);
        result.r2 =
                memory.closed && hold.closed && cursor.place() == WindowedCursor.Place.BROKEN
                        ? 1
                        : 0;
    }
}
