package io.replbuf.harness.interop;

import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.SetParams;

/**
 * Writes a seeded mix of commands at a steady rate, in small pipelines, over two databases, until closed.
 *
 * <p>Every command here is rewritten, expires or overlaps with others in some way, so that a lost, doubled or wrong byte of the
 * stream shows in the data.
 */
final class SteadyWriter implements AutoCloseable {
    private static final long TICK_NANOS = 5_000_000;
    private static final int KEYS = 5_000;

    private final Jedis jedis;
    private final int perTick;
    private final Random random;
    private final long seed;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile long written;
    private volatile Throwable failure;

    private SteadyWriter(int port, int perSecond, long seed) {
        this.jedis = new Jedis("127.0.0.1", port, 60_000);
        this.perTick = (int) (perSecond * TICK_NANOS / 1_000_000_000L);
        this.seed = seed;
        this.random = new Random(seed);
        this.thread = new Thread(this::run, "steady-writer");
    }

    static SteadyWriter start(int port, int perSecond) {
        SteadyWriter writer = new SteadyWriter(port, perSecond, System.nanoTime());
        writer.thread.start();
        return writer;
    }

    long written() {
        return written;
    }

    /** What ended the writer before its time, with its seed; null if nothing did. */
    Throwable failure() {
        return failure;
    }

    private void run() {
        try {
            long next = System.nanoTime();
            int db = 0;
            while (!stopping) {
                if (random.nextInt(20) == 0) {
                    db = 1 - db;
                    jedis.select(db);
                }
                Pipeline pipeline = jedis.pipelined();
                Response<?> last = null;
                for (int i = 0; i < perTick; i++) {
                    last = write(pipeline);
                }
                pipeline.sync();
                last.get();
                written += perTick;
                next += TICK_NANOS;
                // Open loop: a tick that is late is followed at once.
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } catch (RuntimeException e) {
            failure = new IllegalStateException("writer with seed " + seed, e);
        } finally {
            jedis.close();
        }
    }

    private Response<?> write(Pipeline pipeline) {
        String key = "key:" + random.nextInt(KEYS);
        switch (random.nextInt(10)) {
            case 0:
                return pipeline.incr("counter:" + random.nextInt(100));
            case 1:
                return pipeline.append("log:" + random.nextInt(50), value(20));
            case 2:
                return pipeline.del(key);
            case 3:
                return pipeline.mset(key, value(40), "other:" + random.nextInt(KEYS), value(10));
            case 4:
                return pipeline.set(
                        key, value(100), SetParams.setParams().px(50 + random.nextInt(2_000)));
            case 5:
                return pipeline.expire(key, 1 + random.nextInt(1_000));
            case 6:
                return pipeline.incrByFloat("float:" + random.nextInt(20), 0.25);
            default:
                return pipeline.set(key, value(random.nextInt(400)));
        }
    }

    private String value(int length) {
        StringBuilder value = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            value.append((char) ('!' + random.nextInt(90)));
        }
        return value.toString();
    }

    @Override
    public void close() {
        stop();
    }

    /** Ends the writing and waits for what is under way. */
    void stop() {
        stopping = true;
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
