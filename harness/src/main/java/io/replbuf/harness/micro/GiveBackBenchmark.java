package io.replbuf.harness.micro;

import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.memory.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A replica 1 GB behind leaves: the time until its memory is back with the operating system, and the longest that the command loop
 * was kept by one step of it.
 *
 * <p>The first step is the closing itself, the others are turns of 640 blocks. Measured by the call and not by the second; the lag of
 * a call is built up again before it.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
@Fork(3)
public class GiveBackBenchmark {
    private static final long BACKLOG_BYTES = 1 << 20;
    private static final long LAG_BYTES = 1_000_000_000;
    private static final int TURN_BLOCKS = 640;

    /** What stays: the extent with the tail, the spare, and one for a round bound. */
    private static final long REST_BYTES = 3L * Extent.BYTES;

    /** A replica that has read nothing of the last gigabyte. */
    @State(Scope.Benchmark)
    public static class Laggard {
        @Param({"legacy", "shared", "shared redis7"})
        public String strategy;

        private MicroBuffer micro;
        private ReplicaCursor cursor;
        private final ByteBuffer command = Commands.set(1024);

        @Setup(Level.Trial)
        public void open() throws IOException {
            String[] words = strategy.split(" ");
            micro =
                    new MicroBuffer(
                            words[0],
                            BACKLOG_BYTES,
                            words.length == 1 ? Map.of() : Map.of("repl-buffer-rules", words[1]));
        }

        @Setup(Level.Invocation)
        public void fallBehind() {
            cursor = micro.open(micro.buffer().nextOffset());
            micro.fill(command, LAG_BYTES);
            if (micro.mappedBytes() < LAG_BYTES) {
                throw new IllegalStateException(
                        "mapped: " + micro.mappedBytes() + " (expected: >= " + LAG_BYTES + ")");
            }
        }

        @TearDown(Level.Trial)
        public void close() throws IOException {
            micro.close();
        }
    }

    /** Beside the time of all. JMH adds events up over the iterations; the result file has each of them under rawData. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Steps {
        public long count;
        public double longestMillis;

        @Setup(Level.Iteration)
        public void reset() {
            count = 0;
            longestMillis = 0;
        }
    }

    @Benchmark
    public long giveBack(Laggard laggard, Steps steps) {
        long longest = 0;
        boolean more = true;
        for (int step = 0; more; step++) {
            long begin = System.nanoTime();
            if (step == 0) {
                laggard.cursor.close();
            } else {
                more = laggard.micro.buffer().turn(TURN_BLOCKS);
            }
            longest = Math.max(longest, System.nanoTime() - begin);
            steps.count++;
        }
        steps.longestMillis = longest / 1e6;
        // The helper unmaps behind the turns, on a thread of its own.
        while (laggard.micro.mappedBytes() > REST_BYTES) {
            Thread.onSpinWait();
        }
        return laggard.micro.mappedBytes();
    }
}
