package io.replbuf.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HistoryTest {
    @Test
    void shouldAcceptItsOwnReplidAtAnyOffset() {
        History history = History.fresh();

        assertThat(history.accepts(history.replid().hex(), 1)).isTrue();
        assertThat(history.accepts(history.replid().hex(), Long.MAX_VALUE)).isTrue();
        assertThat(history.secondReplOffset()).isEqualTo(-1);
    }

    /** A replica of the old history that has the bytes 1 to 50 asks for 51; one that asks for 52 has a byte that we never saw. */
    @Test
    void shouldAcceptThePreviousReplidUpToTheByteThatItLacks() {
        History old = History.fresh();
        History history = old.shift(51);
        String oldReplid = old.replid().hex();

        assertThat(history.replid()).isNotEqualTo(old.replid());
        assertThat(history.secondReplOffset()).isEqualTo(51);
        assertThat(history.accepts(oldReplid, 50)).isTrue();
        assertThat(history.accepts(oldReplid, 51)).isTrue();
        assertThat(history.accepts(oldReplid, 52)).isFalse();
    }

    @Test
    void shouldRememberOneHopOnly() {
        History first = History.fresh();
        History third = first.shift(51).shift(80);

        assertThat(third.accepts(first.replid().hex(), 10)).isFalse();
    }

    @Test
    void shouldNotAcceptTheNoneOfAFreshHistory() {
        assertThat(History.fresh().accepts(Replid.NONE.hex(), 1)).isFalse();
        assertThat(History.fresh().accepts("?", -1)).isFalse();
    }
}
