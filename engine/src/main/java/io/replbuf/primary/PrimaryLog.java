package io.replbuf.primary;

import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.log.LogConfig;
import io.replbuf.log.StreamLog;
import io.replbuf.log.StreamLogStats;
import io.replbuf.stream.Replid;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The stream log as the primary drives it: fed from a cursor of the buffer like any other consumer, and rolled between commands.
 *
 * <p>Command loop only; the log's own threads do the writing.
 */
final class PrimaryLog implements AutoCloseable {
    private final StreamLog log;
    private final Supplier<Replid> replid;
    private ReplicationBuffer buffer;
    private boolean closed;

    /**
     * @param log open, and not started
     * @param replid of the history that the stream belongs to, at any time
     */
    PrimaryLog(StreamLog log, Supplier<Replid> replid) {
        this.log = log;
        this.replid = replid;
    }

    /** Writes everything that {@code source} is fed from now on. */
    void start(ReplicationBuffer source) {
        buffer = source;
        log.start(openCursor());
    }

    /** Once per turn: there may be more to write. */
    void wake() {
        log.wake();
    }

    /** Before a command outside a transaction. True if a segment begins there, which then begins with a SELECT. */
    boolean rollBefore(long nextOffset) {
        if (log.wantsRoll(nextOffset)) {
            log.rollAt(nextOffset);
            return true;
        }
        return restartIfDue();
    }

    /** Between two commands. True if a log that had stopped begins anew at the next offset. */
    boolean restartIfDue() {
        if (log.wantsRestart()) {
            log.restart(openCursor(), replid.get());
            return true;
        }
        return false;
    }

    /** A rewrite begins between two commands; where its snapshot is to be written. */
    Path beginBase(long nextOffset) {
        return log.beginBase(nextOffset);
    }

    boolean writing() {
        return !closed && log.writing();
    }

    /** Whether the synced offset follows what is fed. */
    boolean syncs() {
        return writing() && log.findable();
    }

    /** All bytes below survive a crash. */
    long syncedOffset() {
        return log.syncedOffset();
    }

    /** A command outside a transaction begins here, in this database. */
    void mark(long nextOffset, int db) {
        log.mark(nextOffset, db);
    }

    /** Whether writers are to be held back. */
    boolean throttling() {
        return log.throttling();
    }

    void configure(LogConfig changed) {
        log.configure(changed);
    }

    long maxBytes() {
        return log.maxBytes();
    }

    /** What stays readable behind a reader that the cap is about to overtake: whole segments go. */
    long readableBytes() {
        return log.maxBytes() - log.segmentBytes();
    }

    StreamLogStats stats() {
        return log.stats();
    }

    /** Writes and forces what was fed; to be called before the buffer is closed. */
    @Override
    public void close() {
        closed = true;
        log.close();
    }

    private ReplicaCursor openCursor() {
        return buffer.open(buffer.nextOffset(), CursorRole.LOG, log.loop());
    }
}
