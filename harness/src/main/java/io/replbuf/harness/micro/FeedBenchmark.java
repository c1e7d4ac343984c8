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
 * A turn of the command loop with N replicas that keep up: sixteen SETs of 1 KiB are fed, each cursor takes them, the turn ends.
 * Reported per SET, so that legacy's copies grow with N where the others' hops do.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class FeedBenchmark {
    private static final int SETS = 16;

    @Param({"legacy", "shared", "aof-psync"})
    public String strategy;

    @Param({"1", "8", "32"})
    public int replicas;

    private MicroBuffer micro;
    private ReplicaCursor[] cursors;
    private final ByteBuffer command = Commands.set(1024);

    @Setup(Level.Iteration)
    public void open() throws IOException {
        micro = new MicroBuffer(strategy, 16 << 20);
        cursors = new ReplicaCursor[replicas];
        for (int i = 0; i < replicas; i++) {
            cursors[i] = micro.open(micro.buffer().nextOffset());
        }
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        micro.close();
    }

    @Benchmark
    @OperationsPerInvocation(SETS)
    public long feed() {
        for (int i = 0; i < SETS; i++) {
            micro.feed(command);
        }
        long taken = 0;
        for (ReplicaCursor cursor : cursors) {
            taken += MicroBuffer.drain(cursor);
        }
        micro.turn();
        return taken;
    }
}
