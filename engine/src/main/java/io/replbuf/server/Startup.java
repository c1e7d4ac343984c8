package io.replbuf.server;

import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.log.LogConfig;
import io.replbuf.log.LogEnv;
import io.replbuf.log.RecoveredLog;
import io.replbuf.log.StreamIndex;
import io.replbuf.log.StreamLog;
import io.replbuf.snapshot.LoadResult;
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
 * @param loaded what an RDB has brought, null without one
 * @param expired keys left out since they had expired: the stream must say so
 * @param history a new one that honours the one found, or a fresh one
 * @param redisOffset where the stream goes on, in Redis' numbering
 * @param log open at that offset; null if there is to be none
 */
record Startup(
        LoadResult loaded,
        List<Loading.Expired> expired,
        History history,
        long redisOffset,
        StreamLog log) {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);

    /**
     * Loads and opens; blocks for the disk.
     *
     * @param env what a log lives in
     * @throws StartException if there is data that cannot be read: it is left as it is
     */
    static Startup begin(ServerConfig config, Keyspace keyspace, CommandTable commands, LogEnv env)
            throws StartException {
        boolean appendOnly = config.bool("appendonly");
        boolean wantsLog = appendOnly || config.strategy().needsHistory();
        if (!wantsLog) {
            Loading loading = load(config, keyspace);
            return new Startup(
                    loading.result(),
                    loading.expired(),
                    loading.history(),
                    loading.redisOffset(),
                    null);
        }
        LogConfig logConfig = LogConfig.of(config.strategyOptions(), config.dir());
        LogEnv logEnv = env.with(StreamIndex.best());
        try {
            RecoveredLog found = StreamLog.recover(logConfig, logEnv);
            if (appendOnly && found != null && found.base() != null) {
                new AofLoad(config, keyspace, commands).load(found);
                History history = continued(found.replid(), found.range().nextOffset());
                return new Startup(
                        null,
                        List.of(),
                        history,
                        RedisOffsets.toRedis(found.range().nextOffset()),
                        found.resume(history.replid()));
            }
            return fromSnapshot(config, keyspace, logConfig, logEnv, found);
        } catch (IOException e) {
            throw new StartException(
                    "stream log in " + logConfig.folder() + " cannot be opened: " + FaultText.of(e),
                    e);
        }
    }

    /** Nothing is to begin after all. */
    void close() {
        if (log != null) {
            log.close();
        }
    }

    private static Startup fromSnapshot(
            ServerConfig config,
            Keyspace keyspace,
            LogConfig logConfig,
            LogEnv logEnv,
            RecoveredLog found)
            throws StartException, IOException {
        Loading loading = load(config, keyspace);
        History history = loading.history();
        long nextOffset = RedisOffsets.fromRedis(loading.redisOffset());
        StreamLog log;
        if (found == null) {
            log = StreamLog.open(logConfig, logEnv, history.replid(), nextOffset);
        } else if (found.passes(history.replid2(), nextOffset)) {
            log = found.resume(nextOffset, history.replid());
        } else {
            LOG.info(
                    "The data set does not stand within the stream log found, which ends at offset {} of {}",
                    RedisOffsets.toRedis(found.range().nextOffset()),
                    found.replid());
            log = found.setAside(history.replid(), nextOffset);
        }
        return new Startup(
                loading.result(), loading.expired(), history, loading.redisOffset(), log);
    }

    private static Loading load(ServerConfig config, Keyspace keyspace) throws StartException {
        Loading loading = Loading.load(config, keyspace);
        if (loading.error() != null) {
            throw new StartException(
                    "Fatal error loading the DB: " + loading.error() + ". Exiting.");
        }
        return loading;
    }

    private static History continued(Replid replid, long nextOffset) {
        return new History(replid, Replid.NONE, -1).shift(nextOffset);
    }
}
