package io.replbuf.snapshot;

import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Cut;
import io.replbuf.keyspace.CutBatch;
import io.replbuf.keyspace.RecordVisitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The serialising half of a snapshot: batches of records in, RDB bytes out to a target, and one result.
 *
 * <p>One thread from {@link #begin} on; the counters may be read by any. Shared by the job with its own thread and by the
 * save that runs on its caller's.
 */
final class SnapshotWrite implements RecordVisitor {
    /** A batch: few enough for the 250 µs that a slice may take, many enough to be worth handing over. */
    static final int BATCH_RECORDS = 256;

    /** Bounds what a batch pins while it waits; one record may exceed it. */
    static final long BATCH_BYTES = 1 << 20;

    private final SnapshotTarget target;
    private final RdbOptions options;
    private final RdbAux aux;
    private final LongSupplier keySaveDelayMicros;
    private final Cut.Sizes[] sizes;
    private final AtomicLong keys = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile String abortReason;
    private RdbWriter writer;
    private int db = -1;

    SnapshotWrite(
            Cut.Sizes[] sizes,
            SnapshotTarget target,
            RdbOptions options,
            RdbAux aux,
            LongSupplier keySaveDelayMicros) {
        this.sizes = sizes;
        this.target = target;
        this.options = options;
        this.aux = aux;
        this.keySaveDelayMicros = keySaveDelayMicros;
    }

    /** Signals between two records that the snapshot is not wanted any more. */
    private static final class AbortedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        AbortedException() {
            super("aborted", null, false, false);
        }
    }

    void begin() throws IOException {
        writer = new RdbWriter(target.open(), options);
        writer.begin(aux);
    }

    void write(CutBatch batch) throws IOException {
        try {
            batch.forEach(this);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        bytes.lazySet(writer.bytesWritten());
    }

    /** Ends the RDB and makes it count. */
    SnapshotResult finish() throws IOException {
        requireWanted();
        long length = writer.end();
        bytes.lazySet(length);
        target.commit();
        return new SnapshotResult(SnapshotResult.Outcome.COMPLETE, null, keys.get(), length);
    }

    /** What to say when {@code cause} came out of one of the methods above; nothing is left at the target. */
    SnapshotResult failed(Throwable cause) {
        target.discard();
        String aborted = abortReason;
        if (aborted != null) {
            return new SnapshotResult(
                    SnapshotResult.Outcome.ABORTED, aborted, keys.get(), bytes.get());
        }
        String reason =
                cause instanceof SaveException told
                        ? told.getMessage()
                        : "Write error saving DB " + target.name() + ": " + FaultText.reason(cause);
        return new SnapshotResult(SnapshotResult.Outcome.FAILED, reason, keys.get(), bytes.get());
    }

    /** The answer when even {@link #failed} failed. */
    SnapshotResult unexplained() {
        return new SnapshotResult(
                SnapshotResult.Outcome.FAILED,
                "Write error saving DB " + target.name() + ": its thread died",
                keys.get(),
                bytes.get());
    }

    /** Ends the write between two records, or within a pause after one; any thread. */
    void abort(String reason) {
        abortReason = reason;
    }

    boolean isAborted() {
        return abortReason != null;
    }

    /** Keys written so far; any thread. */
    long keys() {
        return keys.get();
    }

    /** Bytes written so far, a batch behind; any thread. */
    long bytes() {
        return bytes.get();
    }

    @Override
    public void record(int recordDb, ByteBuffer key, ByteBuffer value, long expireAtMillis) {
        try {
            before(recordDb);
            writer.string(key, value, expireAtMillis);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        after();
    }

    @Override
    public void record(
            int recordDb, ByteBuffer key, ByteBuffer[] value, int valueBytes, long expireAtMillis) {
        try {
            before(recordDb);
            writer.string(key, value, valueBytes, expireAtMillis);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        after();
    }

    private void before(int recordDb) throws IOException {
        requireWanted();
        if (recordDb != db) {
            db = recordDb;
            writer.selectDb(db, sizes[db].keys(), sizes[db].expires());
        }
    }

    private void after() {
        keys.lazySet(keys.get() + 1);
        KeyDelay.pause(keySaveDelayMicros, this::isAborted);
    }

    private void requireWanted() {
        if (abortReason != null) {
            throw new AbortedException();
        }
    }
}
