package io.replbuf.aofpsync;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A reader is demoted again as soon as the command loop sees that it took its offer: the new hold on the log must live. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "taken, not seen: it reads memory")
@Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "taken, seen and demoted: it reads the log, under the new hold")
@Outcome(expect = Expect.FORBIDDEN, desc = "nothing to read, or the new hold was closed in place of the old one")
@State
public class DemoteAgainAfterTakeStress {
    private final WindowedCursor cursor = Fixture.inLog(new Fixture.Hold());
    private final Fixture.Hold again = new Fixture.Hold();

    public DemoteAgainAfterTakeStress() {
        cursor.offer(new Fixture.Memory());
    }

    /** The cursor's loop: asks twice, since the first answer may come from memory that is let go while it is asked. */
    @Actor
    public void loop(III_Result result) {
        boolean read = cursor.next(1) != null || cursor.nextFile(1) != null;
        result.r1 = read ? 1 : 0;
    }

    /** The command loop. */
    @Actor
    public void commandLoop(III_Result result) {
        if (cursor.place() == WindowedCursor.Place.MEMORY) {
            cursor.demote(again, 1);
            result.r2 = 1;
        }
    }

    /** The cursor's loop, later. */
    @Arbiter
    public void later(III_Result result) {
        if (cursor.next(1) != null) {
            result.r3 = 1;
        } else if (!again.closed && cursor.nextFile(1) != null) {
            result.r3 = 2;
        }
    }
}
