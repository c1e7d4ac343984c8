package io.replbuf.log;

import io.replbuf.buffer.StreamHistory;
import io.replbuf.stream.Replid;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A reader asks for a hold while retention wants the bytes: as {@link StreamLog#hold} and {@link Retainer#retain} do it. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "held, and kept")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "refused, and dropped")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "each saw the other: refused for bytes that stay for now")
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "held bytes were dropped")
@State
public class HoldAgainstClaimStress {
    private static final long HELD = 10;
    private static final long CLAIMED = 20;

    private final Holds holds = new Holds();
    private final Run run = new Run(new SegmentTable(segment()));

    /** The command loop. */
    @Actor
    public void reader(II_Result result) {
        StreamHistory.Hold hold = holds.add(HELD);
        if (HELD < run.claimedOffset()) {
            hold.close();
            return;
        }
        result.r1 = 1;
    }

    /** The log's thread. */
    @Actor
    public void retention(II_Result result) {
        run.claim(CLAIMED);
        if (holds.anyBelow(CLAIMED)) {
            run.claim(1);
            return;
        }
        result.r2 = 1;
    }

    private static Segment segment() {
        return new Segment(null, null, 1, 1, new Replid("0".repeat(40)), segment -> {});
    }
}
