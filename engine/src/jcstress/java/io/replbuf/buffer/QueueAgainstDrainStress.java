package io.replbuf.buffer;

import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** A cursor moves while the command loop drains: after the next drain it is seen where it is. Two actors, for two cores. */
@JCStressTest
@Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "noticed at its last position, sooner or later")
@Outcome(expect = Expect.FORBIDDEN, desc = "a move was lost")
@State
public class QueueAgainstDrainStress {
    private final Cursors<Cursor> cursors = new Cursors<>();
    private final Cursor cursor = new Cursor(cursors);

    @Actor
    public void loop() {
        cursor.move();
        cursor.move();
    }

    @Actor
    public void commandLoop() {
        cursors.drain();
    }

    @Arbiter
    public void afterwards(J_Result result) {
        cursors.drain();
        result.r1 = cursor.seen;
    }

    private static final class Cursor extends MemoryCursor {
        private static final ByteBuffer BYTE = ByteBuffer.allocate(1);

        long seen;

        Cursor(Cursors<Cursor> cursors) {
            super(1, Runnable::run, cursors);
            cursors.add(this);
        }

        void move() {
            next(1);
            advance(1);
        }

        @Override
        protected long publishedOffset() {
            return 3;
        }

        @Override
        protected ByteBuffer slice(long from, int bytes) {
            return BYTE;
        }

        @Override
        protected boolean moved(long from, long to) {
            return true;
        }

        @Override
        protected void noticed() {
            seen = offset();
        }

        @Override
        protected void closed(long from, int bytes) {}

        @Override
        protected void forgotten() {}

        @Override
        protected void letGo() {}

        @Override
        public long outputBytes() {
            return 0;
        }

        @Override
        public int outputBlocks() {
            return 0;
        }
    }
}
