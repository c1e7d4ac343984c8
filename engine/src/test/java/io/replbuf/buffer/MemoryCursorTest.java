package io.replbuf.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The protocol between a cursor's two threads, and the book of cursors, step by step on one; the contract runs it on several. */
class MemoryCursorTest {
    private final FakeLoop loop = new FakeLoop();
    private final Cursors<Probe> cursors = new Cursors<>();
    private final Probe cursor = new Probe(loop, cursors);

    /** A stream of zeros from offset 1 to {@code published}; reports every move. */
    private static final class Probe extends MemoryCursor {
        long published = 1;
        int noticed;
        int forgotten;
        long closedFrom = -1;
        int closedBytes = -1;
        boolean letGo;

        Probe(Executor loop, Cursors<Probe> cursors) {
            super(1, loop, cursors);
            cursors.add(this);
        }

        @Override
        protected long publishedOffset() {
            return published;
        }

        @Override
        protected ByteBuffer slice(long from, int bytes) {
            return ByteBuffer.allocate(Math.min(bytes, 100));
        }

        @Override
        protected boolean moved(long from, long to) {
            return true;
        }

        @Override
        protected void noticed() {
            noticed++;
        }

        @Override
        protected void closed(long from, int bytes) {
            closedFrom = from;
            closedBytes = bytes;
        }

        @Override
        protected void forgotten() {
            forgotten++;
        }

        @Override
        protected void letGo() {
            letGo = true;
        }

        @Override
        public long outputBytes() {
            return 0;
        }

        @Override
        public int outputBlocks() {
            return 0;
        }
    }

    @Test
    void shouldTellTheCommandLoopWhatAClosingLoopIsReading() {
        cursor.published = 501;
        cursor.next(1_000);
        cursor.advance(30);
        assertThat(cursor.next(1_000).remaining()).isEqualTo(100);

        cursor.close();
        assertThat(cursor.closedFrom).isEqualTo(31);
        assertThat(cursor.closedBytes).isEqualTo(100);

        cursor.advance(100);
        assertThat(cursor.next(1_000)).isNull();
        assertThat(cursor.offset()).isEqualTo(131);
    }

    @Test
    void shouldTellThatAnIdleLoopIsReadingNothing() {
        cursor.published = 501;
        cursor.next(10);
        cursor.advance(0);

        cursor.close();
        assertThat(cursor.closedBytes).isZero();
        assertThat(cursor.next(10)).isNull();
    }

    @Test
    void shouldBeReleasedByItsLoopAndForgottenOnce() {
        cursor.close();
        assertThat(cursor.released()).isFalse();
        cursors.drain();
        assertThat(cursor.forgotten).isZero();
        assertThat(cursors.closing()).isEqualTo(1);

        loop.run();
        assertThat(cursor.released()).isTrue();
        assertThat(cursor.letGo).isTrue();
        cursors.drain();
        cursors.drain();
        assertThat(cursor.forgotten).isEqualTo(1);
        assertThat(cursor.noticed).isZero();
        assertThat(cursors.closing()).isZero();
    }

    @Test
    void shouldBeNoticedOncePerDrainHoweverOftenItMoved() {
        cursor.published = 501;
        for (int i = 0; i < 5; i++) {
            cursor.next(10);
            cursor.advance(1);
        }
        cursors.drain();
        assertThat(cursor.noticed).isEqualTo(1);
        cursors.drain();
        assertThat(cursor.noticed).isEqualTo(1);
    }

    @Test
    void shouldReleaseAtOnceWhereItsLoopHasEnded() {
        Probe orphan =
                new Probe(
                        task -> {
                            throw new RejectedExecutionException();
                        },
                        cursors);
        orphan.close();
        assertThat(orphan.released()).isTrue();
    }

    @Test
    void shouldRunWhatIsToFollowTheReleaseBeforeOrAfterItOnce() {
        int[] runs = {0};
        cursor.close();
        cursor.afterRelease(() -> runs[0]++);
        assertThat(runs[0]).isZero();
        loop.run();
        assertThat(runs[0]).isEqualTo(1);

        Probe late = new Probe(loop, cursors);
        late.close();
        loop.run();
        late.afterRelease(() -> runs[0]++);
        assertThat(runs[0]).isEqualTo(2);
    }

    @Test
    void shouldKnowTheOthersWhicheverIsClosed() {
        Probe second = new Probe(loop, cursors);
        Probe third = new Probe(loop, cursors);
        cursor.close();
        third.close();
        assertThat(cursors.open()).isEqualTo(1);
        assertThat(cursors.open(0)).isSameAs(second);
        assertThat(cursors.closing(0)).isSameAs(cursor);
        assertThat(cursors.closing(1)).isSameAs(third);
    }

    @Test
    void shouldForgetAllWithTheLastReleaseWhereNobodyDrains() {
        FakeLoop slower = new FakeLoop();
        Probe second = new Probe(slower, cursors);
        cursors.closeAll();
        cursors.forgetWhenReleased();
        loop.run();
        assertThat(cursor.forgotten + second.forgotten).isZero();
        slower.run();
        assertThat(cursor.forgotten).isEqualTo(1);
        assertThat(second.forgotten).isEqualTo(1);
    }

    @Test
    void shouldRefuseToMoveByWhatItDidNotGive() {
        cursor.published = 501;
        assertThatThrownBy(() -> cursor.advance(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bytes: 1 (expected: 0 to 0, which next() gave)");
        cursor.next(10);
        assertThatThrownBy(() -> cursor.advance(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cursor.advance(11)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cursor.next(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
