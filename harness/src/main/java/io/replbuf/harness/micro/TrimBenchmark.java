package io.replbuf.harness.micro;

import io.replbuf.buffer.ReplicaCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
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

/** What it costs to forget: in the steady state, a block for each block fed, and after a laggard has left, everything at once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class TrimBenchmark {
    private static final long BACKLOG_BYTES = 4 << 20;

    @Param({"legacy", "shared", "aof-psync"})
    public String strategy;

    /** A full backlog and nobody behind it: feeding a block's worth trims one. */
    @State(Scope.Benchmark)
    public static class Steady {
        private MicroBuffer micro;
        private final ByteBuffer block = Commands.set(16 << 10);

        @Setup(Level.Iteration)
        public void open(TrimBenchmark benchmark) throws IOException {
            micro = new MicroBuffer(benchmark.strategy, BACKLOG_BYTES);
            micro.fill(block, 2 * BACKLOG_BYTES);
        }

        @TearDown(Level.Iteration)
        public void close() throws IOException {
            micro.close();
        }
    }

    /** A replica 64 MiB behind. Prepared for each call: one lasts a millisecond or so, which is long enough for that. */
    @State(Scope.Benchmark)
    public static class Laggard {
        private static final long LAG_BYTES = 64 << 20;

        private MicroBuffer micro;
        private ReplicaCursor cursor;
        private final ByteBuffer command = Commands.set(1024);

        @Setup(Level.Iteration)
        public void open(TrimBenchmark benchmark) throws IOException {
            micro = new MicroBuffer(benchmark.strategy, BACKLOG_BYTES);
        }

        @Setup(Level.Invocation)
        public void fallBehind() {
            cursor = micro.open(micro.buffer().nextOffset());
            micro.fill(command, LAG_BYTES);
        }

        @TearDown(Level.Iteration)
        public void close() throws IOException {
            micro.close();
        }
    }

    @Benchmark
    public long feedAndTrimOneBlock(Steady steady) {
        steady.micro.feed(steady.block);
        steady.micro.turn();
        return steady.micro.buffer().nextOffset();
    }

    @Benchmark
    public int dropLaggard(Laggard laggard) {
        laggard.cursor.close();
        int turns = 1;
        while (laggard.micro.buffer().turn(64)) {
            turns++;
        }
        return turns;
    }
}
