package io.replbuf.harness.micro;

import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.util.SplittableRandom;
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

/**
 * A replica asks for an offset somewhere in what is retained, gets its cursor and leaves again. Under legacy that copies the gap,
 * under the others it finds a block; aof-psync keeps four times its window on disk, so most offsets are found in the log.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class OpenBenchmark {
    private static final long BACKLOG_BYTES = 16 << 20;

    @Param({"legacy", "shared", "aof-psync"})
    public String strategy;

    private MicroBuffer micro;
    private StreamRange coverage;
    private SplittableRandom random;

    @Setup(Level.Iteration)
    public void open() throws IOException {
        micro = new MicroBuffer(strategy, BACKLOG_BYTES);
        micro.fill(Commands.set(1024), 4 * BACKLOG_BYTES);
        coverage = micro.buffer().coverage();
        random = new SplittableRandom(42);
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        micro.close();
    }

    @Benchmark
    public ReplicaCursor openAndClose() {
        ReplicaCursor cursor =
                micro.open(random.nextLong(coverage.startOffset(), coverage.nextOffset()));
        cursor.close();
        micro.turn();
        return cursor;
    }
}
