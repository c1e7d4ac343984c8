package io.replbuf.harness.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkCheckTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final byte[] stream = new byte[64 * 1024 + 77];
    private final ControlTruth truth = new ControlTruth();

    ChunkCheckTest() {
        random.nextBytes(stream);
    }

    private static void feed(ChunkHasher hasher, byte[] bytes, int from, int to) {
        hasher.update(ByteBuffer.wrap(bytes), from, to);
    }

    @Test
    void shouldAgreeHoweverTheStreamIsCutAndWhereverTheReplicaBegan() {
        feed(truth.hasher(1), stream, 0, stream.length);
        for (int round = 0; round < 100; round++) {
            ChunkChecker checker = new ChunkChecker(truth, 0);
            ChunkHasher hasher = new ChunkHasher(checker);
            int start = random.nextInt(stream.length);
            hasher.restart(start);
            for (int at = start; at < stream.length; ) {
                int to = at + 1 + random.nextInt(stream.length - at);
                feed(hasher, stream, at, to);
                at = to;
            }
            int firstWhole = (start + 4095) / 4096;
            assertThat(checker.checked())
                    .as("seed %d start %d", seed, start)
                    .isEqualTo(Math.max(0, 16 - firstWhole));
            assertThat(checker.mismatches()).as("seed %d", seed).isZero();
            assertThat(checker.settleTail(hasher)).isTrue();
            assertThat(checker.mismatches()).isZero();
        }
    }

    @Test
    void shouldPassOverAllChunksButTheSampledOnesHoweverTheStreamIsCut() {
        feed(truth.hasher(1), stream, 0, stream.length);
        for (int round = 0; round < 100; round++) {
            ChunkChecker checker = new ChunkChecker(truth, 0);
            ChunkHasher hasher = new ChunkHasher(checker, 5);
            int start = random.nextInt(stream.length);
            hasher.restart(start);
            for (int at = start; at < stream.length; ) {
                int to = at + 1 + random.nextInt(stream.length - at);
                feed(hasher, stream, at, to);
                at = to;
            }
            int sampled = 0;
            for (int chunk = 0; chunk < 16; chunk += 5) {
                sampled += chunk * 4096 >= start ? 1 : 0;
            }
            assertThat(hasher.offset()).isEqualTo(stream.length);
            assertThat(checker.checked()).as("seed %d start %d", seed, start).isEqualTo(sampled);
            assertThat(checker.mismatches()).as("seed %d start %d", seed, start).isZero();
            assertThat(checker.settleTail(hasher)).isTrue();
            assertThat(checker.mismatches()).isZero();
        }
    }

    @Test
    void shouldNoticeASingleWrongBitAnywhere() {
        feed(truth.hasher(1), stream, 0, stream.length);
        for (int round = 0; round < 16; round++) {
            byte[] wrong = stream.clone();
            int at = random.nextInt(wrong.length);
            wrong[at] ^= (byte) (1 << random.nextInt(8));
            ChunkChecker checker = new ChunkChecker(truth, 0);
            ChunkHasher hasher = new ChunkHasher(checker);
            feed(hasher, wrong, 0, wrong.length);
            checker.settleTail(hasher);
            assertThat(checker.mismatches()).as("seed %d byte %d", seed, at).isEqualTo(1);
        }
    }

    @Test
    void shouldCompareLaterWhatTheTruthDoesNotKnowYet() {
        ChunkChecker checker = new ChunkChecker(truth, 0);
        ChunkHasher hasher = new ChunkHasher(checker);
        feed(hasher, stream, 0, stream.length);
        assertThat(checker.checked()).isZero();
        assertThat(checker.waiting()).isEqualTo(16);
        feed(truth.hasher(1), stream, 0, stream.length);
        checker.settle();
        assertThat(checker.checked()).isEqualTo(16);
        assertThat(checker.waiting()).isZero();
    }

    @Test
    void shouldSeeALostByteInTheVeryChunkWhereItIsMissing() {
        feed(truth.hasher(1), stream, 0, stream.length);
        ChunkChecker checker = new ChunkChecker(truth, 0);
        ChunkHasher hasher = new ChunkHasher(checker);
        feed(hasher, stream, 0, 10_000);
        feed(hasher, stream, 10_001, 20_000);
        assertThat(checker.checked()).isEqualTo(4);
        assertThat(checker.mismatches()).isEqualTo(2);
    }
}
