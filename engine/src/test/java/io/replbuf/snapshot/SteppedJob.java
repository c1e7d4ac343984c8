package io.replbuf.snapshot;

import io.replbuf.keyspace.CutBatch;
import io.replbuf.keyspace.Keyspace;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A snapshot whose every step is the test's: the test's thread is its command loop, which runs one task when told, and its own
 * thread stops before each batch that it takes, at records within it, and before each write.
 */
final class SteppedJob {
    /** Where the snapshot's thread stands. */
    private enum Stop {
        RUNNING,
        TAKE,
        RECORD,
        WRITE,
        ENDED
    }

    private static final long DEADLINE_MILLIS = 30_000;

    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final AtomicLong keptBytesMax = new AtomicLong();
    final SnapshotJob job;
    private final Queue<Runnable> loop = new ConcurrentLinkedQueue<>();
    private final GatedQueue filled = new GatedQueue();
    private final AtomicLong nanos = new AtomicLong();
    private final int recordsPerStop;
    private final int writeBytesMax;
    private Thread thread;
    private SnapshotResult result;
    private int told;

    /* Under this object's monitor. */
    private Stop stop = Stop.RUNNING;
    private boolean granted;
    private boolean free;

    /* The snapshot thread's. */
    private int recordsToStop;
    private boolean closed;

    /**
     * Begins with the cut.
     *
     * @param batches at most under way
     * @param batchRecords about how many records to one
     * @param recordsPerStop after so many records of a batch the thread stops, first at the first
     * @param writeBytesMax the channel takes no more at once
     */
    SteppedJob(
            Keyspace keyspace,
            int batches,
            int batchRecords,
            int recordsPerStop,
            int writeBytesMax) {
        this.recordsPerStop = recordsPerStop;
        this.writeBytesMax = writeBytesMax;
        job =
                SnapshotJob.start(
                        keyspace,
                        RdbOptions.DEFAULT,
                        Rdbs.AUX,
                        new SnapshotTarget.OfChannel(new Channel()),
                        new SnapshotEnv(
                                loop::add, this::thread, this::recordDone, keptBytesMax::get),
                        this::hear,
                        // A slice is over after each batch.
                        new SnapshotJob.Rhythm(
                                batches,
                                batchRecords,
                                () -> nanos.addAndGet(1_000_000_000),
                                filled));
        awaitStop();
    }

    boolean loopHasWork() {
        return !loop.isEmpty();
    }

    /** One task of the command loop. */
    void loopStep() {
        loop.remove().run();
    }

    boolean threadCanGoOn() {
        Stop at = awaitStop();
        return at == Stop.RECORD || at == Stop.WRITE || at == Stop.TAKE && !filled.isEmpty();
    }

    /** The thread goes on to where it stops next. */
    void threadStep() {
        grant();
        awaitStop();
    }

    /** Lets the thread run to its end, as it may while somebody waits for that. */
    void setFree() {
        synchronized (this) {
            free = true;
            notifyAll();
        }
    }

    /** Null until the listener was told. */
    SnapshotResult result() {
        return result;
    }

    int timesTold() {
        return told;
    }

    boolean threadEnded() {
        return awaitStop() == Stop.ENDED;
    }

    /** Waits for the thread itself. */
    void join() throws InterruptedException {
        thread.join(DEADLINE_MILLIS);
        if (thread.isAlive()) {
            throw new AssertionError("the snapshot's thread has not ended");
        }
    }

    boolean channelClosed() {
        synchronized (this) {
            return closed;
        }
    }

    private void hear(SnapshotResult ended) {
        result = ended;
        told++;
    }

    private Thread thread(Runnable task) {
        thread =
                new Thread(
                        () -> {
                            try {
                                task.run();
                            } finally {
                                synchronized (this) {
                                    stop = Stop.ENDED;
                                    notifyAll();
                                }
                            }
                        },
                        "snapshot");
        return thread;
    }

    /** Read by the snapshot's thread after each record. */
    private long recordDone() {
        if (recordsToStop-- == 0) {
            recordsToStop = recordsPerStop - 1;
            stopAt(Stop.RECORD);
        }
        return 0;
    }

    private void stopAt(Stop where) {
        boolean interrupted = false;
        synchronized (this) {
            stop = where;
            notifyAll();
            while (!granted && !free) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true; // the step is the test's all the same
                }
            }
            granted = false;
            stop = Stop.RUNNING;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void grant() {
        granted = true;
        stop = Stop.RUNNING;
        notifyAll();
    }

    private synchronized Stop awaitStop() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MILLIS);
        while (stop == Stop.RUNNING) {
            try {
                wait(DEADLINE_MILLIS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            if (stop == Stop.RUNNING && System.nanoTime() - deadline > 0) {
                throw new AssertionError("the snapshot's thread comes to no stop");
            }
        }
        return stop;
    }

    private final class GatedQueue extends LinkedBlockingQueue<CutBatch> {
        private static final long serialVersionUID = 1;

        @Override
        public CutBatch take() throws InterruptedException {
            recordsToStop = 0;
            stopAt(Stop.TAKE);
            return super.take();
        }
    }

    private final class Channel implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) throws ClosedChannelException {
            stopAt(Stop.WRITE);
            if (!isOpen()) {
                throw new ClosedChannelException();
            }
            int length = Math.min(source.remaining(), writeBytesMax);
            byte[] taken = new byte[length];
            source.get(taken);
            bytes.writeBytes(taken);
            return length;
        }

        @Override
        public boolean isOpen() {
            return !channelClosed();
        }

        @Override
        public void close() {
            synchronized (SteppedJob.this) {
                closed = true;
            }
        }
    }
}
