package io.replbuf.keyspace;

/**
 * Deletes expired keys that nobody asks for, as a bounded sweep. Command loop only.
 *
 * <p>Entries say whether their record expires, so a sweep passes over the others at the speed of reading an array, and needs
 * no index of its own. Each call goes on where the last one stopped, goes round each database once at most, and leaves one
 * in which it finds little.
 */
final class ActiveExpiry {
    private static final int HOMES = 64;

    /** Keys of a database after which the sweep asks itself whether it is worth while: one in ten expired, as in Redis. */
    private static final int SAMPLE = 400;

    private static final int WORTHWHILE = 10;

    private final Keyspace keyspace;
    private final Database[] dbs;
    private final RefList stretch = new RefList();
    private boolean active = true;
    private int next;

    ActiveExpiry(Keyspace keyspace, Database[] dbs) {
        this.keyspace = keyspace;
        this.dbs = dbs;
    }

    void setActive(boolean active) {
        this.active = active;
    }

    int run(long nowMillis, int maxKeys, long budgetNanos, Effects effects) {
        if (!active) {
            return 0;
        }
        long start = System.nanoTime();
        int deleted = 0;
        int looked = 0;
        for (int visited = 0; visited < dbs.length; visited++) {
            Database db = dbs[next];
            int lookedBefore = looked;
            int deletedBefore = deleted;
            long left = db.expires == 0 ? 0 : Slots.HASHES;
            while (left > 0) {
                if (looked >= maxKeys || System.nanoTime() - start > budgetNanos) {
                    return deleted;
                }
                if (looked - lookedBefore >= SAMPLE
                        && deleted - deletedBefore < (looked - lookedBefore) / WORTHWHILE) {
                    break;
                }
                stretch.clear();
                long end = db.table.stretchEnd(db.expiryCursor, HOMES);
                db.table.collectExpiring(db.expiryCursor, end, stretch);
                left -= end - db.expiryCursor;
                db.expiryCursor = end == Slots.HASHES ? 0 : end;
                looked += stretch.size();
                deleted += deleteExpired(db, nowMillis, effects);
            }
            next = (next + 1) % dbs.length;
        }
        return deleted;
    }

    private int deleteExpired(Database db, long nowMillis, Effects effects) {
        Records records = keyspace.records();
        int deleted = 0;
        for (int i = 0; i < stretch.size(); i++) {
            int ref = stretch.get(i);
            long ttl = records.expiry(ref) - nowMillis;
            if (ttl >= 0) {
                db.sampleTtl(ttl);
                continue;
            }
            byte[] key = records.keyBytes(ref);
            keyspace.expire(keyspace.place(db.number, key), key, effects);
            deleted++;
        }
        return deleted;
    }
}
