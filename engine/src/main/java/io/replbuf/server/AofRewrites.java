package io.replbuf.server;

import io.replbuf.fault.FaultText;
import io.replbuf.log.LogPart;
import io.replbuf.log.StreamLog;
import io.replbuf.primary.Primary;
import io.replbuf.snapshot.SnapshotResult;
import io.replbuf.stream.RedisOffsets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the log a new base: BGREWRITEAOF, the automatic rewrites, and the first base at start.
 *
 * <pre>
 *   offset X: the log rolls, SELECT is forgotten ──▶ snapshot of the data set at X ──▶ the manifest names it with what
 *   came since X; older increments become history
 * </pre>
 *
 * A rewrite that fails leaves all as it was, and one roll more. Command loop only. Log texts are Redis', with "thread" where
 * it says child.
 */
final class AofRewrites {
    private static final Logger LOG = LoggerFactory.getLogger(AofRewrites.class);

    /** As Redis: after so many failures in a row, automatic rewrites wait 1, 2, 4, … minutes, at most an hour. */
    private static final int FAILURES_FREE = 3;

    private static final int DELAY_MINUTES_MAX = 60;

    private final CommandLoop server;
    private final StreamLog log;
    private boolean inProgress;

    /** Whether {@code appendonly} was switched on and no base has been written since. */
    private boolean first;

    private boolean scheduled;
    private long startTick;
    private long lastSeconds = -1;
    private boolean lastFailed;
    private long rewrites;
    private int failures;
    private long retryAtTick;

    /** Of the base that there is. */
    private long baseBytes;

    /** Bytes to load after the last rewrite, or at start: what growth is measured against. */
    private long bytesAfterLast;

    /**
     * @param log null without: then nothing can be rewritten
     */
    AofRewrites(CommandLoop server, StreamLog log) {
        this.server = server;
        this.log = log;
        if (log != null) {
            rebased();
        }
    }

    /** Whether there is a log that could be given a base, now or later. */
    boolean possible() {
        return log != null;
    }

    /** Whether there is no base yet. */
    boolean needed() {
        return log.base() == null;
    }

    /** {@code appendonly} has been changed; with yes, a base follows. */
    void appendOnly(boolean on) {
        log.appendOnly(on);
        first = on;
        if (on) {
            schedule();
        }
    }

    /** Whether the base that makes a log loadable that was just switched on is still to come. */
    boolean isFirstUnderWay() {
        return first && (scheduled || inProgress);
    }

    boolean inProgress() {
        return inProgress;
    }

    boolean scheduled() {
        return scheduled;
    }

    /** As soon as no snapshot is under way. */
    void schedule() {
        scheduled = true;
    }

    /** Begins one now; no snapshot may be under way, and no transaction. */
    void begin() {
        scheduled = false;
        Beginning beginning = cut();
        LOG.info(
                "Background append only file rewriting started by pid {}",
                ProcessHandle.current().pid());
        server.snapshots().toBase(beginning.file, result -> written(beginning, result, null));
    }

    /**
     * Writes the first base at start, on this thread.
     *
     * @return completed on the command loop when the manifest names it: with null, or with why there is none
     */
    CompletableFuture<String> first() {
        CompletableFuture<String> done = new CompletableFuture<>();
        Beginning beginning = cut();
        LOG.info("Creating AOF base file on server start");
        written(beginning, server.snapshots().toBaseNow(beginning.file), done);
        return done;
    }

    /** Every 100 ms. */
    void cron(long tickMillis) {
        if (inProgress || log == null || !log.writing() || server.snapshots().busy()) {
            return;
        }
        if (scheduled) {
            begin();
            return;
        }
        if (!server.config().bool("appendonly") || tickMillis < retryAtTick) {
            return;
        }
        long percentage = server.config().number("auto-aof-rewrite-percentage");
        long size = currentBytes();
        if (percentage > 0 && size > server.config().number("auto-aof-rewrite-min-size")) {
            long growth = (long) (size * 100.0 / Math.max(bytesAfterLast, 1)) - 100;
            if (growth >= percentage) {
                LOG.info("Starting automatic rewriting of AOF on {}% growth", growth);
                begin();
            }
        }
    }

    private Beginning cut() {
        server.propagation().flush();
        inProgress = true;
        startTick = server.tickMillis();
        Primary primary = server.primary();
        return new Beginning(primary.beginBase(), RedisOffsets.fromRedis(primary.primaryOffset()));
    }

    private void written(
            Beginning beginning, SnapshotResult result, CompletableFuture<String> done) {
        if (!result.complete()) {
            log.abandonBase(beginning.file);
            ended(result.reason(), done);
            return;
        }
        LOG.info("Background AOF rewrite terminated with success");
        log.commitBase(
                beginning.file,
                beginning.offset,
                problem -> server.turn(() -> ended(problem, done)));
    }

    private void ended(String problem, CompletableFuture<String> done) {
        inProgress = false;
        lastSeconds = (server.tickMillis() - startTick) / 1000;
        lastFailed = problem != null;
        if (problem == null) {
            rewrites += done == null ? 1 : 0;
            failures = 0;
            first = false;
            retryAtTick = 0;
            rebased();
            LOG.info("Background AOF rewrite finished successfully");
        } else {
            failures++;
            int minutes =
                    failures < FAILURES_FREE
                            ? 0
                            : Math.min(
                                    1 << Math.min(failures - FAILURES_FREE, 6), DELAY_MINUTES_MAX);
            retryAtTick = server.tickMillis() + TimeUnit.MINUTES.toMillis(minutes);
            LOG.warn("Background AOF rewrite terminated with error: {}", problem);
        }
        if (done != null) {
            done.complete(problem);
        }
    }

    private void rebased() {
        LogPart base = log.base();
        try {
            baseBytes = base == null ? 0 : Files.size(base.file());
        } catch (IOException e) {
            LOG.warn("The size of {} is not known: {}", base.file(), FaultText.reason(e));
            baseBytes = 0;
        }
        bytesAfterLast = currentBytes();
    }

    // ---- what INFO says ----

    /** Bytes that a start would load: the base and what has been written since. */
    long currentBytes() {
        LogPart base = log == null ? null : log.base();
        return base == null
                ? 0
                : baseBytes + Math.max(0, log.range().nextOffset() - base.nextOffset());
    }

    /** The same after the last rewrite. */
    long bytesAfterLast() {
        return bytesAfterLast;
    }

    long lastSeconds() {
        return lastSeconds;
    }

    long currentSeconds() {
        return inProgress ? (server.tickMillis() - startTick) / 1000 : -1;
    }

    boolean lastFailed() {
        return lastFailed;
    }

    long rewrites() {
        return rewrites;
    }

    /** Whether an fsync is under way beside the writes. */
    boolean syncing() {
        return log != null && log.syncing();
    }

    int failures() {
        return failures;
    }

    /** Where the snapshot goes, and where it stands. */
    private record Beginning(Path file, long offset) {}
}
