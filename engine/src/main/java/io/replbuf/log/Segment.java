package io.replbuf.log;

import io.replbuf.stream.Replid;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A file that holds a range of the stream and nothing else: position = offset − startOffset.
 *
 * <p>Created, written and sealed by the log's thread; read on any thread that holds a reference. The log holds one
 * reference for as long as the segment is in its table, each lease another. Who gives the last one back has the file closed
 * (and, once dropped, its bytes freed) by the disk thread.
 */
final class Segment {
    private static final long OPEN = Long.MAX_VALUE;

    final LogFile file;
    final Path path;
    final long seq;
    final long startOffset;
    private final Consumer<Segment> unreferenced;
    private final AtomicInteger references = new AtomicInteger(1);
    private volatile long nextOffset = OPEN;
    private long sealedNanos;
    private Replid replid;
    private volatile boolean dropped;

    /** Older than the base: no loader reads it. Log thread. */
    private boolean history;

    /** Sealed, and every byte of it forced. */
    private volatile boolean whole;

    Segment(
            LogFile file,
            Path path,
            long seq,
            long startOffset,
            Replid replid,
            Consumer<Segment> unreferenced) {
        this.file = file;
        this.path = path;
        this.seq = seq;
        this.startOffset = startOffset;
        this.replid = replid;
        this.unreferenced = unreferenced;
    }

    /** No byte at or above {@code offset} will be written here. Log thread, before the next segment is published. */
    void seal(long offset, long nowNanos) {
        sealedNanos = nowNanos;
        nextOffset = offset;
    }

    boolean isSealed() {
        return nextOffset != OPEN;
    }

    boolean isWhole() {
        return whole;
    }

    /** Every byte of it survives a crash; whoever has forced it after it was sealed. */
    void whole() {
        whole = true;
    }

    /** The base has passed it; log thread. */
    void becomeHistory() {
        history = true;
    }

    /** The history that its bytes belong to; log thread, while it is empty. */
    void replid(Replid changed) {
        replid = changed;
    }

    /** Where its index is stored. */
    StreamIndex.Place place() {
        return IndexFiles.place(path, replid, startOffset);
    }

    Replid replid() {
        return replid;
    }

    /** Where the segment ends; greater than any offset while it is being written. */
    long nextOffset() {
        return nextOffset;
    }

    long sealedNanos() {
        return sealedNanos;
    }

    /** Bytes of a sealed segment. */
    long bytes() {
        return nextOffset - startOffset;
    }

    /** False once the last reference is gone: the file is closed or about to be. */
    boolean tryRetain() {
        int seen = references.get();
        while (seen > 0) {
            if (references.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = references.get();
        }
        return false;
    }

    boolean isReferenced() {
        return references.get() > 0;
    }

    void release() {
        int left = references.decrementAndGet();
        if (left == 0) {
            unreferenced.accept(this);
        } else if (left < 0) {
            throw new IllegalStateException(path + ": " + left + " references (expected: >= 0)");
        }
    }

    /** Off the table: counted as deleted until the last reader has let go. Log thread. */
    void dropped(LogCounters counters) {
        dropped = true;
        counters.deletedBytes.addAndGet(bytes());
    }

    /** The file is closed. Disk thread. */
    void closed(LogCounters counters) {
        if (dropped) {
            counters.deletedBytes.addAndGet(-bytes());
        }
    }

    ManifestEntry entry(long knownNextOffset) {
        return new ManifestEntry(
                path.getFileName().toString(),
                seq,
                history ? ManifestEntry.Type.HISTORY : ManifestEntry.Type.INCREMENT,
                startOffset,
                nextOffset == OPEN ? knownNextOffset : nextOffset,
                replid);
    }
}
