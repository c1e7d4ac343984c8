package io.replbuf.harness.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RemainderTest {
    private static final long MB = 1 << 20;

    private final Map<String, Long> values = new HashMap<>();
    private final Remainder remainder = new Remainder(new Fixed(values));

    private void engine(long extents, long heapUsed, long direct) {
        values.put("extents_mapped", extents * MB);
        values.put("heap_used", heapUsed * MB);
        values.put("heap_committed", 256 * MB);
        values.put("direct_used", direct * MB);
        values.put("netty_direct", 8 * MB);
        values.put("nonheap_used", 20 * MB);
    }

    @Test
    void shouldExplainExtentsWhetherTheyCountAsDirectMemoryOrNot() {
        engine(64, 20, 72);
        remainder.calibrate((64 + 8 + 20 + 20 + 50) * MB);
        assertThat(remainder.bytes(162 * MB)).isZero();
        engine(64, 20, 8);
        assertThat(remainder.bytes(162 * MB)).isZero();
        engine(1064, 20, 1072);
        assertThat(remainder.bytes(1162 * MB)).isZero();
    }

    @Test
    void shouldCountTheHeapAsFarAsItWasEverUsed() {
        engine(64, 20, 72);
        remainder.calibrate(162 * MB);
        engine(64, 100, 72);
        assertThat(remainder.bytes(242 * MB)).isZero();
        // After a collection less is used, but the pages stay.
        engine(64, 10, 72);
        assertThat(remainder.bytes(242 * MB)).isZero();
    }

    @Test
    void shouldShowWhatNobodyAnswersFor() {
        engine(64, 20, 72);
        remainder.calibrate(162 * MB);
        assertThat(remainder.bytes(362 * MB))
                .isEqualTo(200 * MB)
                .isGreaterThan(Remainder.boundBytes(362 * MB));
    }

    private record Fixed(Map<String, Long> values) implements ServerCounters {
        @Override
        public List<String> names() {
            return List.copyOf(values.keySet());
        }

        @Override
        public void read(long[] into) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long value(String name) {
            return values.getOrDefault(name, 0L);
        }

        @Override
        public Replica replica(int listeningPort) {
            return null;
        }

        @Override
        public void close() {
            values.clear();
        }
    }
}
