package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.snapshot.LoadResult;
import io.replbuf.snapshot.RdbAux;
import io.replbuf.stream.Replid;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a restarted primary may go on with. */
class LoadingTest {
    private static final String REPLID = "a".repeat(Replid.LENGTH);
    private static final Loading.Expired EXPIRED = new Loading.Expired(0, new byte[] {'k'});

    @Test
    void shouldHonourTheHistoryWhoseExpiredKeysItCanName() {
        Loading loading = loading(1, List.of(EXPIRED));
        assertThat(loading.history().accepts(REPLID, 51)).isTrue();
        assertThat(loading.history().accepts(REPLID, 52)).isFalse();
        assertThat(loading.redisOffset()).isEqualTo(50);
    }

    @Test
    void shouldHonourNoneWhoseReplicasWouldKeepKeysForEver() {
        Loading loading = loading(2, List.of(EXPIRED));
        assertThat(loading.history().accepts(REPLID, 51)).isFalse();
        assertThat(loading.history().continuesAnother()).isFalse();
        assertThat(loading.redisOffset()).isZero();
    }

    private static Loading loading(long keysExpired, List<Loading.Expired> named) {
        RdbAux aux = RdbAux.of("7.0.15", 1, 1).withPosition(0, REPLID, 50);
        return new Loading(new LoadResult(10, keysExpired, 1_000, aux), named);
    }
}
