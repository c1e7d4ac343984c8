package io.replbuf.shared;

import io.replbuf.buffer.Cursors;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A cursor is closed while its loop looks its block up; the block leaves the table at once and its entry is used again. The loop
 * sends that block, known to be held, or nothing.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "sent its block, which is held")
@Outcome(id = "0, -1", expect = Expect.ACCEPTABLE, desc = "sent its block before the close")
@Outcome(id = "-1, 0", expect = Expect.ACCEPTABLE, desc = "sent nothing, held for nothing until the release")
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "closed first")
@Outcome(id = "-1, 1", expect = Expect.FORBIDDEN, desc = "cannot move without a send")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "sent and moved between the two reads of the close")
@Outcome(expect = Expect.FORBIDDEN, desc = "another block's bytes")
@State
public class CloseAgainstLookupStress {
    private static final int LENGTH = 64;

    private final BlockTable table = new BlockTable();
    private final StressCursor cursor;

    public CloseAgainstLookupStress() {
        for (int block = 0; block < LENGTH - 2; block++) {
            table.append(block);
        }
        cursor = new StressCursor(table, new Cursors<>(), 0);
    }

    @Actor
    public void loop(II_Result result) {
        result.r1 = cursor.send();
    }

    /** The head goes, and the block that has its entry next comes: number 64. */
    @Actor
    public void commandLoop(II_Result result) {
        cursor.close();
        for (int block = LENGTH - 2; block <= LENGTH; block++) {
            table.removeHead();
            table.append(100 + block);
        }
        result.r2 = (int) cursor.held;
    }
}
