package io.replbuf.log;

import io.replbuf.stream.Replid;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A lease is taken, read and given back while its segment is dropped: its file is closed once, and never under the reader. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "leased; closed once it was given back")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "not leased, and the range says so; closed")
@Outcome(expect = Expect.FORBIDDEN, desc = "3: closed while leased; 4: refused within the range; closed twice, or never")
@State
public class LeaseAgainstDropStress {
    private static final long OLD = 1;
    private static final long NEW = 101;
    private static final Replid REPLID = new Replid("0".repeat(40));

    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger leases = new AtomicInteger();
    private final Segment old = segment(1, OLD);
    private final SegmentTable table = new SegmentTable(old, segment(2, NEW));
    private final Run run = new Run(table);

    public LeaseAgainstDropStress() {
        old.seal(NEW, 0);
        run.written(NEW + 1);
    }

    /** Any thread. */
    @Actor
    public void reader(II_Result result) {
        SegmentLease lease = run.lease(OLD, 10, leases);
        if (lease == null) {
            result.r1 = run.range().startOffset() > OLD ? 2 : 4;
            return;
        }
        result.r1 = closed.get() == 0 ? 1 : 3;
        lease.close();
    }

    /** The log's thread, as {@link Retainer} does it. */
    @Actor
    public void retention() {
        run.startOffset(NEW);
        run.table(table.withoutFirst(1));
        old.release();
    }

    @Arbiter
    public void afterwards(II_Result result) {
        result.r2 = closed.get();
    }

    private Segment segment(long seq, long startOffset) {
        return new Segment(
                null, null, seq, startOffset, REPLID, segment -> closed.incrementAndGet());
    }
}
