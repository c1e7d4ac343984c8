package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.primary.FullSyncAttempts.Bound;
import io.replbuf.primary.FullSyncAttempts.Failure;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FullSyncAttemptsTest {
    private static final long MIB = 1 << 20;
    private static final String REPLICA = "10.0.0.7:6379";

    private final Map<Bound, Long> bounds = new EnumMap<>(Bound.class);
    private final FullSyncAttempts attempts = new FullSyncAttempts(bounds::get);

    FullSyncAttemptsTest() {
        for (Bound bound : Bound.values()) {
            bounds.put(bound, 64 * MIB);
        }
    }

    /** 60 MiB in 3 s, which is 20 MiB/s, with a quarter of the snapshot sent: 240 MiB would have been needed. */
    private Failure aQuarterSent(Bound bound) {
        return new Failure(bound, 64 * MIB, 60 * MIB, 0.25, 3_000);
    }

    @Test
    void shouldBeginTheFirstOfEachReplica() {
        assertThat(attempts.refusal(REPLICA, 1e9, 0)).isNull();
        attempts.failed(REPLICA, aQuarterSent(Bound.LOG_CAP));
        assertThat(attempts.refusal("10.0.0.8:6379", 1e9, 0)).isNull();
        assertThat(attempts.refused()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Bound.class)
    void shouldSayWhatIsNeededAndWhichDirectiveToRaise(Bound bound) {
        attempts.failed(REPLICA, aQuarterSent(bound));
        attempts.failed(REPLICA, aQuarterSent(bound));
        assertThat(attempts.refusal(REPLICA, 20 * MIB, 0))
                .isEqualTo(
                        "Full resync refused: 2 ended before the replica had caught up, the last after 60.0 MiB were written meanwhile; about"
                                + " 240.0 MiB are needed, and "
                                + bound.directive
                                + " allows 64.0 MiB (raise it to 320mb, or write less)");
        assertThat(attempts.refused()).isEqualTo(1);
    }

    @Test
    void shouldBeginAgainOnceTheBoundIsRaisedAsFarAsItSaid() {
        attempts.failed(REPLICA, aQuarterSent(Bound.HARD_LIMIT));
        bounds.put(Bound.HARD_LIMIT, 319 * MIB);
        assertThat(attempts.refusal(REPLICA, 20 * MIB, 0)).isNotNull();
        bounds.put(Bound.HARD_LIMIT, 320 * MIB);
        assertThat(attempts.refusal(REPLICA, 20 * MIB, 0)).isNull();
        bounds.put(Bound.HARD_LIMIT, Long.MAX_VALUE);
        assertThat(attempts.refusal(REPLICA, 200 * MIB, 0)).isNull();
    }

    @Test
    void shouldBeginAgainOnceWritesAreSlowEnough() {
        attempts.failed(REPLICA, aQuarterSent(Bound.LOG_CAP));
        assertThat(attempts.refusal(REPLICA, 5 * MIB, 0)).isNotNull();
        assertThat(attempts.refusal(REPLICA, 3.9 * MIB, 0)).isNull();
        assertThat(attempts.refusal(REPLICA, 0, 0)).isNull();
    }

    @Test
    void shouldAssumeTheRateOfBeforeWhileNoneIsKnown() {
        attempts.failed(REPLICA, aQuarterSent(Bound.LOG_CAP));
        assertThat(attempts.refusal(REPLICA, -1, 0)).contains("about 240.0 MiB");
    }

    @Test
    void shouldForgetAReplicaThatHasCaughtUp() {
        attempts.failed(REPLICA, aQuarterSent(Bound.LOG_CAP));
        attempts.succeeded(REPLICA);
        assertThat(attempts.refusal(REPLICA, 1e9, 0)).isNull();
    }

    @Test
    void shouldNotRefuseOneForAnotherThatNamesNoPort() {
        attempts.failed(null, aQuarterSent(Bound.LOG_CAP));
        assertThat(attempts.refusal(null, 1e9, 0)).isNull();
    }
}
