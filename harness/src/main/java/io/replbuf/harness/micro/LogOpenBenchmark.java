package io.replbuf.harness.micro;

import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.StreamHistory;
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
 * What a replica that comes back costs the log: a hold and a lease at a random offset, in 1 and in 100 GB of history.
 *
 * <p>A search in the segments' table, 16 or 1,600 of them, so the two should differ by a few steps of it. The files are sparse,
 * so that it takes no disk; 1,600 of them are open.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class LogOpenBenchmark {
    private static final int LEASE_BYTES = 256 << 10;

    @Param({"1", "100"})
    public int gigabytes;

    private SparseLog sparse;
    private StreamRange range;
    private SplittableRandom random;

    @Setup(Level.Trial)
    public void open() throws IOException {
        sparse = new SparseLog((int) ((long) gigabytes * (1L << 30) / SparseLog.SEGMENT_BYTES));
        range = sparse.log().range();
        random = new SplittableRandom(42);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        sparse.close();
    }

    @Benchmark
    public long holdAndLease() {
        long offset = random.nextLong(range.startOffset(), range.nextOffset());
        try (StreamHistory.Hold hold = sparse.log().hold(offset);
                FileSlice slice = sparse.log().lease(offset, LEASE_BYTES)) {
            hold.moveTo(offset + slice.count());
            return slice.position();
        }
    }
}
