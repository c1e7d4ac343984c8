package io.replbuf.server;

import io.replbuf.snapshot.LoadResult;
import io.replbuf.snapshot.RdbAux;
import io.replbuf.stream.History;
import io.replbuf.stream.RedisOffsets;
import io.replbuf.stream.Replid;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the RDB file has brought, and which stream goes on from there.
 *
 * @param result what was loaded, null without a file
 * @param expired keys that had expired, each with its database: what the stream must say when it continues
 */
record Loading(LoadResult result, List<Expired> expired) {
    private static final Logger LOG = LoggerFactory.getLogger(Loading.class);

    /**
     * Keys whose DELs a restarted primary holds until the stream carries them, 50 MB or so of heap. With more, nobody may continue the
     * old history, since replicas would keep those keys for ever.
     */
    static final int EXPIRED_MAX = 1 << 20;

    Loading {
        if (result != null && result.keysExpired() > expired.size()) {
            LOG.warn(
                    "{} keys had expired, and a stream can say so of {}: replicas need a full resync",
                    result.keysExpired(),
                    expired.size());
            expired = List.of();
        }
    }

    /** A key that was left out. */
    record Expired(int db, byte[] key) {}

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
