package io.replbuf.server;

import io.replbuf.fault.FaultText;
import io.replbuf.log.LogConfig;
import io.replbuf.log.LogEnv;
import io.replbuf.log.RecoveredLog;
import io.replbuf.log.StreamIndex;
import io.replbuf.log.StreamLog;
import io.replbuf.stream.History;
import io.replbuf.stream.RedisOffsets;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a server begins: the data set that it finds, and the stream that goes on from there.
 *
 * <p>One rule decides: <b>a log is continued only at an offset at which the loaded data set stands</b>, in the history that
 * the log has at that offset. Then the old replid is honoured up to there, and replicas continue. Any other log is somebody
 * else's past: it is set aside, and the stream begins anew under a name that nobody has heard.
 *
 * <pre>
 *   appendonly   found                                   data set           stream
 *   yes          a log with a base                       base, increments   from the log's end
 *   yes          no log, or one without a base           dump.rdb           as below
 *   no           dump.rdb at an offset within the log    dump.rdb           from that offset, the rest is cut off
 *   no           anything else                           dump.rdb or none   anew; the log is set aside
 * </pre>
 *
 * It goes in three steps, so that clients are answered while the second is under way: {@link #look} on any thread, the {@link
 * #load()} in slices, and {@link #conclude}.
 */
final class Startup {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);

    private final LogConfig logConfig;

    /** What a log lives in; null if there is to be none. */
    private final LogEnv logEnv;

    /** Null without a log in the folder. */
    private final RecoveredLog found;

    private final DataLoad load;

    /** Null if it is the log that is loaded. */
    private final RdbFileLoad rdb;

    private Startup(
            LogConfig logConfig,
            LogEnv logEnv,
            RecoveredLog found,
            DataLoad load,
            RdbFileLoad rdb) {
        this.logConfig = logConfig;
        this.logEnv = logEnv;
        this.found = found;
        this.load = load;
        this.rdb = rdb;
    }

    /**
     * What a server goes on with.
     *
     * @param expired keys left out since they had expired: the stream must say so
     * @param history a new one that honours the one found, or a fresh one
     * @param redisOffset where the stream goes on, in Redis' numbering
     * @param log open at that offset; null if there is to be none
     */
    record Begun(List<Loading.Expired> expired, History history, long redisOffset, StreamLog log) {
        /** Nothing is to begin after all. */
        void close() {
            if (log != null) {
                log.close();
            }
        }
    }

    /**
     * Finds out what is to be loaded; blocks for the disk and changes nothing there.
     *
     * @param env what a log lives in
     * @throws StartException if there is data that cannot be read: it is left as it is
     */
    static Startup look(ServerConfig config, CommandLoop server, LogEnv env) throws StartException {
        boolean appendOnly = config.bool("appendonly");
        if (!appendOnly && !config.strategy().needsHistory()) {
            RdbFileLoad rdb = rdb(config, server);
            return new Startup(null, null, null, rdb, rdb);
        }
        LogConfig logConfig = LogConfig.of(config.strategyOptions(), config.dir());
        LogEnv logEnv = env.with(StreamIndex.best());
        RecoveredLog found;
        try {
            found = StreamLog.recover(logConfig, logEnv);
        } catch (IOException e) {
            throw cannotOpen(logConfig, e);
        }
        if (appendOnly && found != null && found.base() != null) {
            DataLoad load =
                    new AofLoad(
                            config,
                            server.keyspace(),
                            server.commands(),
                            found,
                            server::keyLoadDelayMicros);
            return new Startup(logConfig, logEnv, found, load, null);
        }
        RdbFileLoad rdb = rdb(config, server);
        return new Startup(logConfig, logEnv, found, rdb, rdb);
    }

    private static RdbFileLoad rdb(ServerConfig config, CommandLoop server) throws StartException {
        try {
            return new RdbFileLoad(config, server);
        } catch (StartException e) {
            throw fatal(e);
        }
    }

    /** What brings the data set into memory. */
    DataLoad load() {
        return load;
    }

    /** The load's failure as the last line of a server that ends for it. */
    StartException failed(StartException cause) {
        return rdb == null ? cause : fatal(cause);
    }

    /**
     * Opens the log where the data set stands, which has been loaded; command loop.
     *
     * @throws StartException if the log's folder cannot be written
     */
    Begun conclude() throws StartException {
        try {
            if (rdb == null) {
                History history =
                        new History(found.replid(), Replid.NONE, -1)
                                .shift(found.range().nextOffset());
                return new Begun(
                        List.of(),
                        history,
                        RedisOffsets.toRedis(found.range().nextOffset()),
                        found.resume(history.replid()));
            }
            Loading loading = rdb.loading();
            // Asked for once: a fresh one has another name each time.
            History history = loading.history();
            long redisOffset = loading.redisOffset();
            return new Begun(
                    loading.expired(),
                    history,
                    redisOffset,
                    logEnv == null ? null : open(history, redisOffset));
        } catch (IOException e) {
            throw cannotOpen(logConfig, e);
        }
    }

    private StreamLog open(History history, long redisOffset) throws IOException {
        long nextOffset = RedisOffsets.fromRedis(redisOffset);
        if (found == null) {
            return StreamLog.open(logConfig, logEnv, history.replid(), nextOffset);
        }
        if (found.passes(history.replid2(), nextOffset)) {
            return found.resume(nextOffset, history.replid());
        }
        LOG.info(
                "The data set does not stand within the stream log found, which ends at offset {} of {}",
                RedisOffsets.toRedis(found.range().nextOffset()),
                found.replid());
        return found.setAside(history.replid(), nextOffset);
    }

    private static StartException fatal(StartException cause) {
        return new StartException(
                "Fatal error loading the DB: " + cause.getMessage() + ". Exiting.", cause);
    }

    private static StartException cannotOpen(LogConfig logConfig, IOException cause) {
        return new StartException(
                "stream log in " + logConfig.folder() + " cannot be opened: " + FaultText.of(cause),
                cause);
    }
}
