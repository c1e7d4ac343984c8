package io.replbuf.buffer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kit finds a strategy that loses bytes, soon and by name. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContractFailsTest {
    /** The ring, of which the kit was not told that it drops laggards. */
    private static final class Losing extends ReplicationBufferContract {
        private final boolean silent;

        Losing(boolean silent) {
            this.silent = silent;
        }

        @Override
        protected ReplicationBufferFactory factory() {
            return new FixedRing.Factory(silent);
        }

        @Override
        protected long liveBytes(ReplicationBuffer buffer) {
            return ((FixedRing) buffer).liveBytes();
        }

        @Override
        protected boolean keepsContentOnResize() {
            return false;
        }
    }

    @Test
    void shouldFailWithTheWordOfACursorThatLostItsPlace() {
        String word =
                "reader at 51: broken() says \"lapped\" (expected: no byte above an open cursor is lost, or mayDropLaggards)";
        assertThatThrownBy(new Losing(false)::shouldLoseNoByteAboveALiveCursor).hasMessage(word);
        assertThatThrownBy(new Losing(false)::shouldAgreeWithAByteArrayOverRandomSteps)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("broken() says \"lapped\"")
                .hasMessageContaining("-Dreplbuf.seed=");
        assertThatThrownBy(new Losing(false)::shouldAgreeWithAByteArrayWhileLoopsRead)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("broken() says \"lapped\"");
    }

    @Test
    void shouldFailWhereBytesAreLostWithoutAWord() {
        assertThatThrownBy(new Losing(true)::shouldLoseNoByteAboveALiveCursor)
                .hasMessage(
                        "reader at 51: given nothing in 10000 rounds, and broken() says nothing (expected: every byte up to 1000051)");
        assertThatThrownBy(new Losing(true)::shouldAgreeWithAByteArrayOverRandomSteps)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("given nothing in 10000 rounds");
    }
}
