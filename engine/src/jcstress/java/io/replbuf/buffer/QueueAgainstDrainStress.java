package io.replbuf.buffer;

import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** Two cursors move while the command loop drains: after the next drain both are seen where they are. */
@JCStressTest
@Outcome(id = "33", expect = Expect.ACCEPTABLE, desc = "each was noticed at its last position, sooner or later")
@Outcome(expect = Expect.FORBIDDEN, desc = "a move was lost")
@State
public class QueueAgainstDrainStress {
    private final CursorQueue queue = new CursorQueue();
    private final Cursor first = new Cursor(queue);
    private final Cursor second = new Cursor(queue);

    @Actor
    public void loopOfFirst() {
        first.move();
        first.move();
    }

    @Actor
    public void loopOfSecond() {
        second.move();
        second.move();
    }

    @Actor
    public void commandLoop() {
        queue.drain();
    }

    @Arbiter
    public void afterwards(J_Result result) {
        queue.drain();
        result.r1 = first.seen * 10 + second.seen;
    }

    private static final class Cursor extends MemoryCursor {
        private static final ByteBuffer BYTE = ByteBuffer.allocate(1);

        long seen;

        Cursor(CursorQueue queue) {
            super(1, Runnable::run, queue);
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
