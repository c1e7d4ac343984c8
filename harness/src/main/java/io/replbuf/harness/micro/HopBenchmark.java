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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A cursor's step over a block border: the next 16 KiB are asked for and taken, which ends in another block than it began in.
 * Reported per step of a walk through the whole backlog; opening the cursor, which copies all of it under legacy, is not in it, but
 * for a 3,840th of the bytes that it allocates.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class HopBenchmark {
    private static final long BACKLOG_BYTES = 64 << 20;
    private static final int STEP_BYTES = 16 << 10;
    private static final int STEPS = 3840;

    @Param({"legacy", "shared", "aof-psync"})
    public String strategy;

    private MicroBuffer micro;
    private ReplicaCursor cursor;
    private long startOffset;

    @Setup(Level.Iteration)
    public void fill() throws IOException {
        micro = new MicroBuffer(strategy, BACKLOG_BYTES);
        micro.fill(Commands.set(1024), BACKLOG_BYTES);
        startOffset = micro.buffer().nextOffset() - (long) STEPS * STEP_BYTES;
    }

    /** A walk lasts a hundred microseconds at least, which is long enough for a setup of its own. */
    @Setup(Level.Invocation)
    public void open() {
        cursor = micro.open(startOffset);
    }

    @TearDown(Level.Invocation)
    public void release() {
        cursor.close();
        micro.turn();
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        micro.close();
    }

    @Benchmark
    @OperationsPerInvocation(STEPS)
    public long walk() {
        long taken = 0;
        for (int step = 0; step < STEPS; step++) {
            ByteBuffer slice = cursor.next(STEP_BYTES);
            int bytes = slice.remaining();
            cursor.advance(bytes);
            taken += bytes;
        }
        return taken;
    }
}
