package io.replbuf.log;

import io.replbuf.stream.Replid;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A byte behind a roll is leased while it is written: whoever sees it as written finds it in the new segment. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "not written yet")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "in the new segment, from its first byte")
@Outcome(expect = Expect.FORBIDDEN, desc = "looked for in the segment before, or behind what is written")
@State
public class LeaseAgainstRollStress {
    private static final long FIRST = 1;
    private static final long ROLLED = 101;
    private static final Replid REPLID = new Replid("0".repeat(40));

    private final AtomicInteger leases = new AtomicInteger();
    private final Segment before = segment(1, FIRST);
    private final Segment next = segment(2, ROLLED);
    private final Run run = new Run(new SegmentTable(before));

    public LeaseAgainstRollStress() {
        run.written(ROLLED);
    }

    /** Any thread. */
    @Actor
    public void reader(I_Result result) {
        SegmentLease lease = run.lease(ROLLED, 10, leases);
        if (lease != null) {
            result.r1 = lease.position() == 0 && lease.count() == 5 ? 2 : 1;
        }
    }

    /** The log's thread, as {@link LogWriter} does it. */
    @Actor
    public void writer() {
        before.seal(ROLLED, 0);
        run.table(run.table().with(next));
        run.written(ROLLED + 5);
    }

    private static Segment segment(long seq, long startOffset) {
        return new Segment(null, null, seq, startOffset, REPLID, segment -> {});
    }
}
