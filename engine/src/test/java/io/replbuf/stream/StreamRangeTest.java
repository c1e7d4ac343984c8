package io.replbuf.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StreamRangeTest {
    /** After the bytes 1 to 50: 1 to 51 can be continued, 0 and 52 cannot. */
    @Test
    void shouldContinueAtBothEndsAndNotBeyond() {
        StreamRange range = new StreamRange(1, 51);

        assertThat(range.bytes()).isEqualTo(50);
        assertThat(range.continues(0)).isFalse();
        assertThat(range.continues(1)).isTrue();
        assertThat(range.continues(50)).isTrue();
        assertThat(range.continues(51)).isTrue();
        assertThat(range.continues(52)).isFalse();
        assertThat(range.continues(-1)).isFalse();
        assertThat(range.continues(Long.MAX_VALUE)).isFalse();
    }

    @Test
    void shouldContinueAnEmptyRangeAtItsOnlyOffset() {
        StreamRange empty = new StreamRange(51, 51);

        assertThat(empty.bytes()).isZero();
        assertThat(empty.continues(50)).isFalse();
        assertThat(empty.continues(51)).isTrue();
        assertThat(empty.continues(52)).isFalse();
    }

    @Test
    void shouldRefuseWhatIsNoRange() {
        assertThatThrownBy(() -> new StreamRange(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("range: [0, 1) (expected: 1 <= startOffset <= nextOffset)");
        assertThatThrownBy(() -> new StreamRange(52, 51))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
