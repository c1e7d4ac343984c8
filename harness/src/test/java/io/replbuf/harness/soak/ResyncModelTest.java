package io.replbuf.harness.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.soak.ResyncModel.Life;
import io.replbuf.harness.soak.ResyncModel.Verdict;
import org.junit.jupiter.api.Test;

/** A primary that continued history b from offset 51 on as a, and keeps 100 bytes. */
class ResyncModelTest {
    private static final Life LIFE = new Life("a", "b", 51, 51, 100);

    @Test
    void shouldOweWhatTheBacklogMustHold() {
        assertThat(judge("a", 101, 200)).isEqualTo(Verdict.OWED);
        assertThat(judge("a", 100, 200)).isEqualTo(Verdict.NOT_HELD);
        assertThat(judge("a", 201, 200)).isEqualTo(Verdict.OWED);
        assertThat(judge("a", 202, 200)).isEqualTo(Verdict.AHEAD);
    }

    @Test
    void shouldOweTheFormerHistoryUpToItsEnd() {
        assertThat(judge("b", 51, 60)).isEqualTo(Verdict.OWED);
        assertThat(judge("b", 52, 60)).isEqualTo(Verdict.AHEAD);
        assertThat(judge("b", 50, 60)).as("from before the start").isEqualTo(Verdict.NOT_HELD);
    }

    @Test
    void shouldOweNothingToStrangersAndToThoseWithNothing() {
        assertThat(judge("c", 101, 200)).isEqualTo(Verdict.FOREIGN);
        assertThat(judge(null, -1, 200)).isEqualTo(Verdict.ASKED);
    }

    private static Verdict judge(String replid, long offset, long cut) {
        return ResyncModel.judge(LIFE, new SyncLog.Request(replid, offset), cut);
    }
}
