package io.replbuf.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {
    @Test
    void shouldGiveTheValueThatRedisTestsItselfWith() {
        ByteBuffer bytes = ByteBuffer.wrap("123456789".getBytes(StandardCharsets.US_ASCII));

        assertThat(Crc64.update(0, bytes, 0, 9)).isEqualTo(0xe9c6d914c4b8d9caL);
    }

    @Test
    void shouldNotDependOnHowTheBytesAreCutUp() {
        byte[] content = new byte[1000];
        long seed = System.nanoTime();
        Random random = new Random(seed);
        random.nextBytes(content);
        ByteBuffer heap = ByteBuffer.wrap(content);
        ByteBuffer direct = ByteBuffer.allocateDirect(1000).put(content).flip();
        long whole = Crc64.update(0, heap, 0, 1000);

        for (int i = 0; i < 200; i++) {
            int cut = random.nextInt(1001);
            long first = Crc64.update(0, direct, 0, cut);
            assertThat(Crc64.update(first, heap, cut, 1000))
                    .as("seed %d, cut %d", seed, cut)
                    .isEqualTo(whole);
        }
    }
}
