package io.replbuf.primary;

import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.StreamHistory;
import io.replbuf.log.LogConfig;
import io.replbuf.log.LogEnv;
import io.replbuf.log.LogListener;
import io.replbuf.log.StreamLog;
import io.replbuf.log.StreamLogStats;
import io.replbuf.memory.Owner;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    private PrimaryLog(StreamLog log, Supplier<Replid> replid) {
        this.log = log;
        this.replid = replid;
    }

    /**
     * @param replid of the history that the stream belongs to, at any time
     * @param written runs on the log's thread when bytes have been written
     * @throws UncheckedIOException if the folder cannot be used; names it
     */
    static PrimaryLog open(
            PrimaryEnv env, Supplier<Replid> replid, long startOffset, Runnable written) {
        LogConfig config = LogConfig.of(env.options(), env.dir());
        LogListener listener =
                new LogListener() {
                    @Override
                    public void written(long writtenOffset) {
                        written.run();
                    }
                };
        LogEnv logEnv = LogEnv.of(env.accountant().account(Owner.LOG), env.commandLoop(), listener);
        try {
            return new PrimaryLog(
                    StreamLog.open(config, logEnv, replid.get(), startOffset), replid);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "stream log in " + config.folder() + " cannot be opened: " + e.getMessage(), e);
        }
    }

    StreamHistory history() {
        return log;
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
        if (log.wantsRestart()) {
            log.restart(openCursor(), replid.get());
            return true;
        }
        return false;
    }

    /** A command outside a transaction begins here, in this database. */
    void mark(long nextOffset, int db) {
        log.mark(nextOffset, db);
    }

    StreamLogStats stats() {
        return log.stats();
    }

    /** Writes and forces what was fed; to be called before the buffer is closed. */
    @Override
    public void close() {
        log.close();
    }

    private ReplicaCursor openCursor() {
        return buffer.open(buffer.nextOffset(), CursorRole.LOG, log.loop());
    }
}
