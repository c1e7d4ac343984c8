package io.replbuf.buffer;

import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A cursor is closed while its loop begins a send: memory is not handed out, or it is known to be held. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "closed first: nothing handed out, nothing kept")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "both at once: nothing handed out, kept for nothing until the release")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "sent first: handed out, and known to be held")
@Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "handed out and free to be recycled")
@State
public class CloseAgainstSendStress {
    private final Cursor cursor = new Cursor();

    /** The cursor's loop. */
    @Actor
    public void loop(II_Result result) {
        result.r1 = cursor.next(1) == null ? 0 : 1;
    }

    /** The command loop. */
    @Actor
    public void commandLoop(II_Result result) {
        cursor.close();
        result.r2 = cursor.kept;
    }

    /** One byte to read, and a loop that never gets to releasing. */
    private static final class Cursor extends MemoryCursor {
        private static final ByteBuffer BYTE = ByteBuffer.allocate(1);

        int kept;

        Cursor() {
            this(new Cursors<>());
        }

        private Cursor(Cursors<Cursor> cursors) {
            super(1, task -> {}, cursors);
            cursors.add(this);
        }

        @Override
        protected long publishedOffset() {
            return 2;
        }

        @Override
        protected ByteBuffer slice(long from, int bytes) {
            return BYTE;
        }

        @Override
        protected boolean moved(long from, long to) {
            return false;
        }

        @Override
        protected void noticed() {}

        @Override
        protected void closed(long from, int bytes) {
            kept = bytes > 0 ? 1 : 0;
        }

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
