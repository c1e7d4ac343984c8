package io.replbuf.harness.micro;

import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.util.Map;
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
 * Looks an offset up at random in gigabytes of retained stream: under shared all of it is in memory, under aof-psync all but the
 * window is on disk. The price must not grow with what is retained.
 *
 * <p>Ten gigabytes of stream are really fed and held, so it takes a machine with 12 GiB to spare, on disk for aof-psync.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsPrepend = {"-Xmx1g", "-XX:MaxDirectMemorySize=12g"})
public class OpenFarBenchmark {
    private static final long WINDOW_BYTES = 16 << 20;

    @Param({"shared", "aof-psync"})
    public String strategy;

    @Param({"1", "10"})
    public int gigabytes;

    private MicroBuffer micro;
    private StreamRange coverage;
    private SplittableRandom random;

    @Setup(Level.Trial)
    public void fill() throws IOException {
        long bytes = gigabytes * 1_000_000_000L;
        long backlogBytes = strategy.equals("shared") ? bytes : WINDOW_BYTES;
        micro = new MicroBuffer(strategy, backlogBytes, bytes + (1L << 30), Map.of());
        micro.fill(Commands.set(16 << 10), bytes);
        coverage = micro.buffer().coverage();
        long covered = coverage.nextOffset() - coverage.startOffset();
        if (covered < bytes / 10 * 9) {
            throw new IllegalStateException(
                    "covered: " + covered + " bytes (expected: about " + bytes + ")");
        }
        random = new SplittableRandom(42);
    }

    @TearDown(Level.Trial)
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
