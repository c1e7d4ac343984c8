package io.replbuf.server;

import io.replbuf.primary.SnapshotService;
import io.replbuf.snapshot.DiskSnapshot;
import io.replbuf.snapshot.RdbAux;
import io.replbuf.snapshot.RdbOptions;
import io.replbuf.snapshot.SnapshotEnv;
import io.replbuf.snapshot.SnapshotFiles;
import io.replbuf.snapshot.SnapshotJob;
import io.replbuf.snapshot.SnapshotResult;
import io.replbuf.stream.History;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one snapshot at a time: SAVE, BGSAVE, save points, and those that full resyncs ask for. Command loop only.
 *
 * <p>Log texts are Redis', with "saving thread" in place of its child process.
 */
final class Snapshots implements SnapshotService {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /** The RDB version of Redis 7.0, which 6.2 loads as well while only strings are in it. */
    static final int RDB_VERSION = 10;

    /** After a failed save the next one waits this long, so that a full disk is not tried in every turn. */
    private static final long RETRY_MILLIS = 5_000;

    /** So far apart are two snapshots in {@link #progress}. */
    private static final long PROGRESS_PER_SNAPSHOT = 1L << 40;

    private final CommandLoop server;
    private final SnapshotFiles files;
    private final SnapshotEnv env;
    private List<SavePoint> savePoints;

    private SnapshotJob job;
    private boolean jobIsSave;
    private boolean jobIsBase;
    private long jobStartTick;
    private long dirtyAtStart;
    private boolean scheduled;

    /** FLUSHALL ran in this turn, and the file on disk is to say so. */
    private boolean emptied;

    /** A date, for LASTSAVE; beside it the same moment on the clock of durations. */
    private long lastSaveMillis;

    private long lastSaveTick;
    private long lastTryTick;
    private boolean lastSaveFailed;
    private long lastSaveSeconds = -1;
    private long lastKeptBytes;
    private long lastBaseKeptBytes;
    private long saves;
    private long snapshots;

    Snapshots(CommandLoop server, SnapshotFiles files, ThreadFactory threads) {
        this.server = server;
        this.files = files;
        // Read by the snapshot's thread for every key, so not through the map that CONFIG SET
        // changes.
        env =
                new SnapshotEnv(
                        task -> server.loop().execute(() -> server.turn(task)),
                        threads,
                        () -> server.keySaveDelayMicros(),
                        () -> server.snapshotKeptBytesMax());
        lastSaveMillis = server.nowMillis();
        lastSaveTick = server.tickMillis();
        configured();
    }

    /** The save directive may have changed. */
    void configured() {
        savePoints = server.config().savePoints();
    }

    List<SavePoint> savePoints() {
        return savePoints;
    }

    @Override
    public boolean busy() {
        // What is half loaded, by DEBUG RELOAD, is no data set to take a snapshot of.
        return job != null || server.loading() != null;
    }

    @Override
    public boolean keepsFiles() {
        return !savePoints.isEmpty();
    }

    @Override
    public long progress() {
        // More snapshots than there are keys in one is all that is needed of the factor.
        return snapshots * PROGRESS_PER_SNAPSHOT + keysProcessed();
    }

    @Override
    public double part() {
        long total = keysTotal();
        return total == 0 ? 0 : Math.min(1, (double) keysProcessed() / total);
    }

    @Override
    public Running toChannel(
            WritableByteChannel target, int rdbVersion, Aux aux, Listener listener) {
        if (busy()) {
            return null;
        }
        snapshots++;
        begin(
                SnapshotJob.start(
                        server.keyspace(),
                        options().withVersion(rdbVersion),
                        aux(aux),
                        target,
                        env,
                        result -> ended(result, listener, null)),
                false);
        LOG.info("Background RDB transfer started by pid {}", ProcessHandle.current().pid());
        return running(job);
    }

    @Override
    public Running toFile(int rdbVersion, Aux aux, Listener listener) {
        if (busy()) {
            return null;
        }
        return running(toDisk(options().withVersion(rdbVersion), aux(aux), listener));
    }

    private SnapshotJob toDisk(RdbOptions options, RdbAux aux, Listener listener) {
        DiskSnapshot disk = disk();
        lastTryTick = server.tickMillis();
        saves++;
        snapshots++;
        begin(
                disk.start(
                        server.keyspace(),
                        options,
                        aux,
                        env,
                        result -> ended(result, listener, disk.file())),
                true);
        LOG.info("Background saving started by pid {}", ProcessHandle.current().pid());
        return job;
    }

    private void begin(SnapshotJob started, boolean save) {
        job = started;
        jobIsSave = save;
        jobStartTick = server.tickMillis();
        server.propagation().flush();
        dirtyAtStart = server.propagation().dirty();
    }

    private Running running(SnapshotJob started) {
        return new Running() {
            @Override
            public void abort() {
                if (job == started) {
                    started.abort("no replica waits for it any more");
                }
            }

            @Override
            public boolean aborted() {
                return started.isAborted();
            }
        };
    }

    private void ended(SnapshotResult result, Listener listener, Path file) {
        lastKeptBytes = job.keptBytesMost();
        lastSaveSeconds = (server.tickMillis() - jobStartTick) / 1000;
        if (jobIsSave) {
            saved(result, "Background saving", dirtyAtStart);
        } else if (result.complete()) {
            LOG.info("Background RDB transfer terminated with success");
        } else {
            LOG.warn("Background transfer error: {}", result.reason());
        }
        job = null;
        if (listener != null) {
            listener.finished(
                    result.complete() ? file : null, result.complete() ? null : result.reason());
        }
    }

    private void saved(SnapshotResult result, String what, long changes) {
        switch (result.outcome()) {
            case COMPLETE -> {
                LOG.info("DB saved on disk");
                LOG.info("{} terminated with success", what);
                server.propagation().saved(changes);
                savedNow();
            }
            case FAILED -> {
                LOG.warn("{}", result.reason());
                LOG.warn("{} error", what);
                lastSaveFailed = true;
            }
            case ABORTED -> LOG.warn("{} terminated: {}", what, result.reason());
        }
    }

    private void savedNow() {
        lastSaveMillis = server.nowMillis();
        lastSaveTick = server.tickMillis();
        lastSaveFailed = false;
    }

    /** The base of a log's rewrite, in a file of this path; no snapshot may be under way. */
    void toBase(Path file, Consumer<SnapshotResult> ended) {
        snapshots++;
        begin(
                base(file)
                        .start(
                                server.keyspace(),
                                options(),
                                position().withAofBase(true),
                                env,
                                result -> {
                                    lastBaseKeptBytes = job.keptBytesMost();
                                    job = null;
                                    jobIsBase = false;
                                    ended.accept(result);
                                }),
                false);
        jobIsBase = true;
    }

    /** The same on this thread. */
    SnapshotResult toBaseNow(Path file) {
        return base(file)
                .save(
                        server.keyspace(),
                        options(),
                        position().withAofBase(true),
                        () -> server.keySaveDelayMicros());
    }

    private DiskSnapshot base(Path file) {
        return new DiskSnapshot(
                files,
                file.getParent(),
                file.getFileName().toString(),
                server.config().bool("aof-rewrite-incremental-fsync"));
    }

    /** BGSAVE. */
    void background() {
        toDisk(options(), position(), null);
    }

    /** BGSAVE SCHEDULE, or one asked for while a snapshot for replicas runs: as soon as that is over. */
    void schedule() {
        scheduled = true;
    }

    /**
     * SAVE: returns when the file is there. That it failed is told to the one who asked, and stops no writes, as in Redis.
     *
     * @return null, or why it failed
     */
    String inForeground() {
        lastTryTick = server.tickMillis();
        saves++;
        server.propagation().flush();
        long changes = server.propagation().dirty();
        SnapshotResult result =
                disk().save(
                                server.keyspace(),
                                options(),
                                position(),
                                () -> server.keySaveDelayMicros());
        if (result.complete()) {
            server.propagation().saved(changes);
            savedNow();
            LOG.info("DB saved on disk");
            return null;
        }
        LOG.warn("{}", result.reason());
        return result.reason();
    }

    /**
     * FLUSHALL begins: what a snapshot would show, on the disk or to replicas, is not wanted any more. With save points the
     * file becomes that of the empty data set at the end of the turn, for which the thread has to let go of its cut now.
     */
    void emptyingAll() {
        emptied = !savePoints.isEmpty();
        if (makingRdb() && emptied) {
            job.abortNow("FLUSHALL");
        } else if (makingRdb()) {
            job.abort("FLUSHALL");
        }
    }

    /** At the end of a turn, when the stream has all of it and no reply has left yet. */
    void settle() {
        if (!emptied) {
            return;
        }
        emptied = false;
        if (job == null) {
            inForeground();
        } else if (!jobIsSave) {
            // The base of a log, which FLUSHALL leaves alone, has the one cut that there is.
            schedule();
        }
    }

    /** Ends the running snapshot, waiting for its thread. */
    void abort(String reason) {
        if (job != null) {
            job.abortNow(reason);
        }
    }

    /** The command loop has ended with a snapshot under way: nothing reads the data set from here on. */
    void abandon(String reason) {
        if (job != null) {
            job.abandon(reason);
        }
    }

    /** Save points, scheduled saves, limits; every 100 ms. */
    void cron(long tickMillis) {
        if (job != null) {
            job.tick();
            return;
        }
        boolean mayTry = !lastSaveFailed || tickMillis - lastTryTick > RETRY_MILLIS;
        if (scheduled && mayTry) {
            scheduled = false;
            background();
            return;
        }
        long dirty = server.propagation().dirty();
        for (SavePoint point : savePoints) {
            boolean due =
                    dirty >= point.changes()
                            && dirty > 0
                            && tickMillis - lastSaveTick > point.seconds() * 1000;
            if (due && mayTry) {
                LOG.info("{} changes in {} seconds. Saving...", point.changes(), point.seconds());
                background();
                return;
            }
        }
    }

    private DiskSnapshot disk() {
        ServerConfig config = server.config();
        return new DiskSnapshot(
                files,
                config.dir(),
                config.text("dbfilename"),
                config.bool("rdb-save-incremental-fsync"));
    }

    private RdbOptions options() {
        return new RdbOptions(
                RDB_VERSION,
                server.config().bool("rdbcompression"),
                server.config().bool("rdbchecksum"));
    }

    private RdbAux aux(Aux aux) {
        RdbAux plain = plainAux();
        return aux == null
                ? plain
                : plain.withPosition(aux.streamDb(), aux.replid().hex(), aux.redisOffset());
    }

    private RdbAux plainAux() {
        return RdbAux.of(
                RedisServer.REDIS_VERSION,
                server.nowMillis() / 1000,
                server.accountant().usedBytes());
    }

    /** What a restart continues from: a position only while there is a backlog, as in Redis. */
    private RdbAux position() {
        server.propagation().flush();
        History history = server.primary().history();
        return server.primary().backlogActive()
                ? plainAux()
                        .withPosition(
                                Math.max(0, server.primary().streamDb()),
                                history.replid().hex(),
                                server.primary().primaryOffset())
                : plainAux();
    }

    // ---- what INFO says ----

    /** Whether an RDB is being made, for the disk or for replicas. */
    boolean makingRdb() {
        return job != null && !jobIsBase;
    }

    boolean lastSaveFailed() {
        return lastSaveFailed;
    }

    long lastSaveMillis() {
        return lastSaveMillis;
    }

    long lastSaveSeconds() {
        return lastSaveSeconds;
    }

    long currentSaveSeconds() {
        return makingRdb() ? (server.tickMillis() - jobStartTick) / 1000 : -1;
    }

    /** Saves to the disk that were begun, as Redis counts them. */
    long saves() {
        return saves;
    }

    /** Snapshots of all kinds: what Redis would have forked for. */
    long snapshots() {
        return snapshots;
    }

    long keysProcessed() {
        return job == null ? 0 : job.keysProcessed();
    }

    long keysTotal() {
        return job == null ? 0 : job.keysTotal();
    }

    long keptBytes() {
        return job == null ? 0 : job.keptBytes();
    }

    long lastKeptBytes() {
        return lastKeptBytes;
    }

    long lastBaseKeptBytes() {
        return lastBaseKeptBytes;
    }
}
