package io.replbuf.harness.soak;

import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.SetParams;

/**
 * Writes a seeded mix until closed, through every restart of the server: small and large values, keys that expire, transactions, two
 * databases. About 2 MB/s of stream.
 */
final class RestlessWriter implements AutoCloseable {
    private static final long TICK_NANOS = 10_000_000;
    private static final int COMMANDS_PER_TICK = 20;
    private static final int KEYS = 4_000;
    private static final int LARGE_KEYS = 6;
    private static final int LARGE_BYTES_MAX = 4 << 20;

    /** One tick in so many writes a large value. */
    private static final int LARGE_EVERY = 200;

    private static final long RETRY_NANOS = 50_000_000;

    private final SoakedEngine engine;
    private final Random random;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile RuntimeException failure;

    private RestlessWriter(SoakedEngine engine, long seed) {
        this.engine = engine;
        random = new Random(seed);
        thread = new Thread(this::run, "restless-writer");
    }

    static RestlessWriter start(SoakedEngine engine, long seed) {
        RestlessWriter writer = new RestlessWriter(engine, seed);
        writer.thread.start();
        return writer;
    }

    private void run() {
        while (!stopping && failure == null) {
            try (Jedis jedis = engine.client()) {
                write(jedis);
            } catch (JedisConnectionException e) {
                // The server restarts.
                LockSupport.parkNanos(RETRY_NANOS);
            } catch (JedisDataException e) {
                if (!e.getMessage().startsWith("LOADING")
                        && !e.getMessage().startsWith("EXECABORT")) {
                    failure = e;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void write(Jedis jedis) {
        long next = System.nanoTime();
        while (!stopping) {
            jedis.select(random.nextInt(8) == 0 ? 1 : 0);
            switch (random.nextInt(LARGE_EVERY)) {
                case 0 ->
                        jedis.set(
                                "large:" + random.nextInt(LARGE_KEYS),
                                value(random.nextInt(LARGE_BYTES_MAX)));
                case 1, 2, 3, 4 -> transaction(jedis);
                default -> pipeline(jedis);
            }
            next = Math.max(next + TICK_NANOS, System.nanoTime() - TICK_NANOS);
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void transaction(Jedis jedis) {
        try (Transaction transaction = jedis.multi()) {
            transaction.set(key(), value(100));
            transaction.incr("counter:" + random.nextInt(50));
            transaction.del(key());
            transaction.exec();
        }
    }

    private void pipeline(Jedis jedis) {
        Pipeline pipeline = jedis.pipelined();
        Response<?> last = null;
        for (int i = 0; i < COMMANDS_PER_TICK; i++) {
            last = one(pipeline);
        }
        pipeline.sync();
        last.get();
    }

    private Response<?> one(Pipeline pipeline) {
        return switch (random.nextInt(10)) {
            case 0 -> pipeline.incr("counter:" + random.nextInt(50));
            case 1 -> pipeline.append("log:" + random.nextInt(2_000), value(20));
            case 2 -> pipeline.del(key());
            case 3 -> pipeline.mset(key(), value(40), key(), value(10));
            case 4 ->
                    pipeline.set(
                            key(),
                            value(100),
                            SetParams.setParams().px(50 + random.nextInt(2_000)));
            case 5 -> pipeline.expire(key(), 1 + random.nextInt(60));
            case 6 -> pipeline.incrByFloat("float:" + random.nextInt(20), 0.25);
            default -> pipeline.set(key(), value(random.nextInt(1_500)));
        };
    }

    private String key() {
        return "key:" + random.nextInt(KEYS);
    }

    private String value(int length) {
        StringBuilder value = new StringBuilder(length);
        while (value.length() < length) {
            value.append(Long.toString(random.nextLong(), 36));
        }
        value.setLength(length);
        return value.toString();
    }

    /** Ends the writing; throws what ended it before its time. */
    @Override
    public void close() {
        stopping = true;
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }
}
