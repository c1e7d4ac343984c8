package io.replbuf.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.keyspace.Keyspace;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** A keyspace with a command loop of its own, and the snapshot threads that were made for it. Closing checks for leaks. */
final class TestEngine {
    static final int DATABASES = 16;

    final Accountant accountant = new Accountant();
    final Extents extents = new Extents(8L << 30, null);
    final Keyspace keyspace =
            new Keyspace(
                    DATABASES,
                    extents,
                    accountant.account(Owner.KEYSPACE),
                    accountant.account(Owner.SNAPSHOT));
    final ExecutorService loop =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "loop"));
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    final AtomicLong keySaveDelayMicros = new AtomicLong();
    final AtomicLong keptBytesMax = new AtomicLong();
    final SnapshotEnv env =
            new SnapshotEnv(loop, this::thread, keySaveDelayMicros::get, keptBytesMax::get);
    final CompletableFuture<SnapshotResult> finished = new CompletableFuture<>();

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "snapshot");
        threads.add(thread);
        return thread;
    }

    /** Runs on the command loop and waits for the answer. */
    <T> T on(Callable<T> task) {
        try {
            return loop.submit(task).get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("command loop gave no answer", e);
        }
    }

    void run(Runnable task) {
        on(Executors.callable(task));
    }

    void put(int db, String key, String value) {
        put(db, key, value, -1);
    }

    /** On the command loop. */
    void put(int db, String key, String value, long expireAtMillis) {
        keyspace.put(
                db,
                key.getBytes(ISO_8859_1),
                ByteBuffer.wrap(value.getBytes(ISO_8859_1)),
                expireAtMillis);
    }

    void fill(List<Rdbs.Entry> entries) {
        run(() -> entries.forEach(e -> put(e.db(), e.key(), e.value(), e.expireAtMillis())));
    }

    void fill(int keys, String value) {
        run(
                () -> {
                    for (int i = 0; i < keys; i++) {
                        put(0, "key:" + i, value);
                    }
                });
    }

    SnapshotResult result() throws Exception {
        return finished.get(30, TimeUnit.SECONDS);
    }

    void hear(SnapshotResult result) {
        assertThat(Thread.currentThread().getName()).isEqualTo("loop");
        assertThat(keyspace.cutInProgress()).isFalse();
        assertThat(finished.complete(result)).as("told once").isTrue();
    }

    void close() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(30));
            assertThat(thread.isAlive()).as("snapshot thread alive").isFalse();
        }
        if (!loop.isShutdown()) {
            run(
                    () -> {
                        keyspace.rehashStep(Long.MAX_VALUE);
                        assertThat(accountant.account(Owner.SNAPSHOT).bytes()).isZero();
                        keyspace.close();
                    });
            assertThat(extents.liveBytes()).isZero();
        }
        loop.shutdownNow();
        extents.close();
    }
}
