package io.replbuf.server;

import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.keyspace.KeyspaceFullException;
import io.replbuf.snapshot.LoadListener;
import io.replbuf.snapshot.LoadOptions;
import io.replbuf.snapshot.LoadResult;
import io.replbuf.snapshot.RdbAux;
import io.replbuf.snapshot.RdbLimits;
import io.replbuf.snapshot.RdbLoader;
import io.replbuf.stream.History;
import io.replbuf.stream.RedisOffsets;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the RDB file, at start and for DEBUG RELOAD.
 *
 * @param result what was loaded, null without a file or after an error
 * @param expired keys that had expired, each with its database: what the stream must say when it continues
 * @param error null if there was none
 */
record Loading(LoadResult result, List<Expired> expired, String error) {
    private static final Logger LOG = LoggerFactory.getLogger(Loading.class);

    /**
     * Keys whose DELs a restarted primary holds until the stream carries them, 50 MB or so of heap. With more, nobody may continue the
     * old history, since replicas would keep those keys for ever.
     */
    static final int EXPIRED_MAX = 1 << 20;

    /** A key that was left out. */
    record Expired(int db, byte[] key) {}

    static Loading load(ServerConfig config, Keyspace keyspace) {
        Path file = config.dir().resolve(config.text("dbfilename"));
        if (!Files.exists(file)) {
            return new Loading(null, List.of(), null);
        }
        long start = System.nanoTime();
        List<Expired> expired = new ArrayList<>();
        LoadListener listener =
                new LoadListener() {
                    @Override
                    public void expired(int db, byte[] key) {
                        if (expired.size() < EXPIRED_MAX) {
                            expired.add(new Expired(db, key));
                        }
                    }
                };
        LoadOptions options =
                new LoadOptions(
                        new RdbLimits(
                                (int) config.number("proto-max-bulk-len"),
                                (int) config.number("databases")),
                        System.currentTimeMillis(),
                        true,
                        config.number("loading-process-events-interval-bytes"),
                        () -> config.number("key-load-delay"));
        try {
            LOG.info("Loading RDB file {}", file);
            LoadResult result = RdbLoader.load(file, keyspace, options, listener);
            LOG.info(
                    "Done loading RDB, keys loaded: {}, keys expired: {}.",
                    result.keysLoaded(),
                    result.keysExpired());
            LOG.info(
                    "DB loaded from disk: {} seconds",
                    String.format(Locale.ROOT, "%.3f", (System.nanoTime() - start) / 1e9));
            if (result.keysExpired() > expired.size()) {
                LOG.warn(
                        "{} keys had expired, and a stream can say so of {}: replicas need a full resync",
                        result.keysExpired(),
                        expired.size());
                return new Loading(result, List.of(), null);
            }
            return new Loading(result, expired, null);
        } catch (IOException | KeyspaceFullException e) {
            return new Loading(null, List.of(), file + ": " + FaultText.reason(e));
        }
    }

    /** The history that a restarted primary goes on with: a new one, which honours the file's up to its offset if that can be. */
    History history() {
        return isContinued()
                ? new History(new Replid(result.aux().replId()), Replid.NONE, -1)
                        .shift(RedisOffsets.fromRedis(result.aux().replOffset()))
                : History.fresh();
    }

    long redisOffset() {
        return isContinued() ? result.aux().replOffset() : 0;
    }

    private boolean isContinued() {
        RdbAux aux = result == null ? RdbAux.NONE : result.aux();
        return aux.hasPosition()
                && Replid.isValid(aux.replId())
                && result.keysExpired() <= expired.size();
    }
}
