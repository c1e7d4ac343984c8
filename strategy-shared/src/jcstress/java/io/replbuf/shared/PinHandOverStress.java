package io.replbuf.shared;

import io.replbuf.buffer.Cursors;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A reader goes from the tail over its edge while the command loop appends behind it, follows it and trims what it has left, down
 * to the entries being used again: the reader finds the next blocks, or nothing yet, and the pin ends on the tail.
 */
@JCStressTest
@Outcome(id = "5, -1, 1", expect = Expect.ACCEPTABLE, desc = "came before the next block")
@Outcome(id = "5, 6, 1", expect = Expect.ACCEPTABLE, desc = "went on to it")
@Outcome(expect = Expect.FORBIDDEN, desc = "another block's entry, or a pin lost")
@State
public class PinHandOverStress {
    private final BlockTable table = new BlockTable();
    private final Cursors<StressCursor> cursors = new Cursors<>();
    private final StressCursor cursor;

    public PinHandOverStress() {
        table.append(5);
        cursor = new StressCursor(table, cursors, 0);
    }

    @Actor
    public void loop(III_Result result) {
        result.r1 = cursor.send();
        result.r2 = cursor.send();
    }

    @Actor
    public void commandLoop(III_Result result) {
        cursors.drain();
        table.append(6);
        cursor.publish();
        cursors.drain();
        while (table.count() > 1 && table.pins(table.head()) == 0) {
            table.removeHead();
        }
        // The ring is full of later blocks: the entries of those that left are taken.
        for (int block = 2; block < 66; block++) {
            table.append(100 + block);
        }
        cursors.drain();
        int pins = 0;
        for (long block = table.head(); block <= table.end(); block++) {
            pins += table.pins(block);
        }
        result.r3 = pins;
    }
}
