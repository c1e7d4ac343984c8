package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Writers and replicas as numbers, on a clock that only the test moves. */
class SendLagTest {
    private static final long KIB = 1 << 10;
    private static final long HALF = SendLag.BOUND_BYTES_MIN / 2;

    private final List<Replica> replicas = new ArrayList<>();
    private long nowNanos;
    private long written = 1;
    private long nearestBytes = Long.MAX_VALUE;
    private SendLag lag = lag(4 << 20);

    @Test
    void shouldLetWritersGoOnUpToHalfOfTheBoundWithoutALook() {
        attach();
        write(HALF - KIB);
        assertThat(held()).isFalse();
        replicas.get(0).looks = 0;
        assertThat(held()).isFalse();
        assertThat(replicas.get(0).looks).as("looks").isZero();
        write(KIB);
        assertThat(held()).isTrue();
        assertThat(lag.worstBytes()).isEqualTo(HALF);
        assertThat(lag.times()).isEqualTo(1);
    }

    @Test
    void shouldLetWritersGoOnByWhatIsSent() {
        Replica first = attach();
        Replica second = attach();
        write(HALF);
        assertThat(held()).isTrue();
        first.offset += 64 * KIB;
        assertThat(lookAgain()).as("one of two was sent 64 KiB").isFalse();
        write(32 * KIB - 1);
        assertThat(held()).isFalse();
        write(1);
        assertThat(held()).as("32 KiB are written").isTrue();
        second.offset = written;
        first.offset = written;
        assertThat(lookAgain()).isFalse();
    }

    @Test
    void shouldNeverLetThemBeyondTheBound() {
        Replica sent = attach();
        attach();
        long most = 0;
        for (int i = 0; i < 1_000; i++) {
            sent.offset = written;
            if (!held() || !lookAgain()) {
                write(KIB);
            }
            most = Math.max(most, written - 1);
        }
        assertThat(most)
                .as("written while the second was sent nothing")
                .isBetween(HALF, SendLag.BOUND_BYTES_MIN + KIB);
    }

    @Test
    void shouldNotHoldWritersForAReplicaWhoseSocketIsFull() {
        Replica slow = attach();
        slow.full = true;
        write(100 << 20);
        assertThat(held()).isFalse();
        assertThat(lag.worstBytes()).isZero();
        slow.full = false;
        assertThat(lookAgain()).as("it takes more since just now").isFalse();
        write(HALF);
        assertThat(held()).as("and is not sent it").isTrue();
    }

    @Test
    void shouldNotHoldWritersForAReplicaThatCatchesUp() {
        write(200 << 20);
        Replica behind = attach(1);
        for (int i = 0; i < 1_000; i++) {
            assertThat(lookAgain()).as("after %d KiB", 100 * i).isFalse();
            write(100 * KIB);
            behind.offset += 200 * KIB;
        }
        assertThat(lookAgain()).isFalse();
        write(HALF);
        assertThat(held()).as("it falls back").isTrue();
    }

    @Test
    void shouldBeginAtHalfOfANearerLimit() {
        nearestBytes = 64 * KIB;
        attach();
        write(16 * KIB - 1);
        assertThat(held()).isFalse();
        write(1);
        assertThat(held()).as("half of half of 64 KiB").isTrue();
    }

    @Test
    void shouldAllowWhatIsWrittenInTwentyMillis() {
        attach();
        for (int i = 0; i < 50; i++) {
            nowNanos += TimeUnit.MILLISECONDS.toNanos(2);
            write(200 * KIB);
            replicas.get(0).offset = written;
            assertThat(lag.look(written)).isFalse();
        }
        write(1_000 * KIB - 1);
        assertThat(held()).as("100 KiB a millisecond").isFalse();
        write(1);
        assertThat(held()).isTrue();
    }

    @Test
    void shouldAllowLessToEachTheMoreReplicasThereAre() {
        for (int i = 0; i < 16; i++) {
            attach();
        }
        for (int i = 0; i < 50; i++) {
            nowNanos += TimeUnit.MILLISECONDS.toNanos(2);
            write(200 * KIB);
            replicas.forEach(replica -> replica.offset = written);
            assertThat(lag.look(written)).isFalse();
        }
        write(SendLag.IN_ALL_BYTES / 16 / 2 - 1);
        assertThat(held()).isFalse();
        write(1);
        assertThat(held()).isTrue();
    }

    @Test
    void shouldGiveUpOnAReplicaThatTakesNothingForSeconds() {
        attach();
        write(HALF);
        assertThat(held()).isTrue();
        nowNanos += TimeUnit.MILLISECONDS.toNanos(4_999);
        assertThat(lookAgain()).isTrue();
        nowNanos += TimeUnit.MILLISECONDS.toNanos(1);
        assertThat(lookAgain()).isFalse();
        assertThat(lag.millis()).isEqualTo(5_000);
    }

    @Test
    void shouldCountNoTimeOnceTheReplicaIsGone() {
        attach();
        write(HALF);
        assertThat(held()).isTrue();
        replicas.clear();
        assertThat(lag.stillHolds(written)).isFalse();
        nowNanos += TimeUnit.MINUTES.toNanos(1);
        assertThat(lag.millis()).isZero();
    }

    @Test
    void shouldHoldNobodyWithoutABound() {
        lag = lag(0);
        attach();
        write(1L << 40);
        assertThat(held()).isFalse();
        assertThat(lookAgain()).isFalse();
    }

    private SendLag lag(long boundBytesMax) {
        return new SendLag(() -> nowNanos, () -> nearestBytes, this::show, boundBytesMax);
    }

    private Replica attach() {
        return attach(written);
    }

    private Replica attach(long offset) {
        Replica replica = new Replica();
        replica.offset = offset;
        replicas.add(replica);
        lag.changed();
        assertThat(held()).isFalse();
        return replica;
    }

    private void write(long bytes) {
        written += bytes;
    }

    private boolean held() {
        return lag.holds(written);
    }

    private boolean lookAgain() {
        return lag.look(written);
    }

    private void show(SendLag shown) {
        for (Replica replica : replicas) {
            replica.looks++;
            shown.see(replica.share, replica.offset, written - replica.offset, replica.full);
        }
    }

    private static final class Replica {
        private final SendLag.Share share = new SendLag.Share();
        private long offset;
        private boolean full;
        private int looks;
    }
}
