package io.replbuf.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RedisOffsetsTest {
    /** After 50 bytes Redis says 50 and our nextOffset is 51. */
    @Test
    void shouldMeetRedisAtFiftyAndFiftyOne() {
        assertThat(RedisOffsets.toRedis(51)).isEqualTo(50);
        assertThat(RedisOffsets.fromRedis(50)).isEqualTo(51);
    }

    @Test
    void shouldSayZeroBeforeTheFirstByte() {
        assertThat(RedisOffsets.toRedis(1)).isZero();
        assertThat(RedisOffsets.fromRedis(0)).isEqualTo(1);
    }
}
