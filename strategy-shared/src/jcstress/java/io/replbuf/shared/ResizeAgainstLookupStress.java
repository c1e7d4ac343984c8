package io.replbuf.shared;

import io.replbuf.buffer.Cursors;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The ring grows, twice, and shrinks again while a reader walks over pinned blocks: it finds each where it is. */
@JCStressTest
@Outcome(id = "60, 61, 62", expect = Expect.ACCEPTABLE, desc = "whatever ring it looked into")
@Outcome(expect = Expect.FORBIDDEN, desc = "another block's entry")
@State
public class ResizeAgainstLookupStress {
    private final BlockTable table = new BlockTable();
    private final StressCursor cursor;

    public ResizeAgainstLookupStress() {
        for (int block = 0; block < 63; block++) {
            table.append(block);
        }
        cursor = new StressCursor(table, new Cursors<>(), 60);
    }

    @Actor
    public void loop(III_Result result) {
        result.r1 = cursor.send();
        result.r2 = cursor.send();
        result.r3 = cursor.send();
    }

    @Actor
    public void commandLoop() {
        for (int block = 63; block < 200; block++) {
            table.append(block);
        }
        while (table.head() < 60) {
            table.removeHead();
        }
        cursor.publish();
    }
}
