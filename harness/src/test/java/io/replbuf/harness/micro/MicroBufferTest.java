package io.replbuf.harness.micro;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.ReplicaCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A benchmark proves that it did the work: every byte fed is taken by every cursor. */
class MicroBufferTest {
    @ParameterizedTest
    @ValueSource(strings = {"legacy", "shared", "aof-psync"})
    void shouldHandEveryByteToEveryCursor(String strategy) throws IOException {
        try (MicroBuffer micro = new MicroBuffer(strategy, 1 << 20)) {
            ReplicaCursor one = micro.open(1);
            ReplicaCursor two = micro.open(1);
            ByteBuffer command = Commands.set(1024);
            long taken = 0;
            for (int i = 0; i < 500; i++) {
                micro.feed(command);
                taken += MicroBuffer.drain(one) + MicroBuffer.drain(two);
                micro.turn();
            }
            assertThat(taken).isEqualTo(2L * 500 * command.capacity());
            assertThat(one.offset()).isEqualTo(micro.buffer().nextOffset());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "shared", "aof-psync"})
    void shouldRunEachStepOnce(String strategy) throws IOException {
        OpenBenchmark open = new OpenBenchmark();
        open.strategy = strategy;
        open.open();
        assertThat(open.openAndClose().released()).isTrue();
        open.close();

        HopBenchmark hop = new HopBenchmark();
        hop.strategy = strategy;
        hop.fill();
        hop.open();
        assertThat(hop.walk()).isPositive();
        hop.release();
        hop.close();

        TrimBenchmark trim = new TrimBenchmark();
        trim.strategy = strategy;
        TrimBenchmark.Laggard laggard = new TrimBenchmark.Laggard();
        laggard.open(trim);
        laggard.fallBehind();
        assertThat(trim.dropLaggard(laggard)).isPositive();
        laggard.close();
    }
}
