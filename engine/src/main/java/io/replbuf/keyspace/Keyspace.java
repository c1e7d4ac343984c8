package io.replbuf.keyspace;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.replbuf.memory.Account;
import io.replbuf.memory.Extents;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The data set: numbered databases of string keys, off the heap.
 *
 * <p>Command loop only, but for the batches of a {@link Cut}. A record lives in memory that comes from extents and is charged
 * to an account with its capacity; tables are charged with their arrays; what lives on for a cut alone is charged to the
 * snapshot instead. What finds no memory throws {@link KeyspaceFullException} and has changed nothing.
 */
public final class Keyspace implements AutoCloseable {
    /** Time is looked at once in so many slots of background work. */
    private static final int SLOTS_PER_LOOK = 512;

    private final RecordMemory memory;
    private final Records records;
    private final KeptMemory keptMemory;
    private final Garbage garbage;
    private final Account account;
    private final KeyHash hash = KeyHash.random();
    private final SplittableRandom random = new SplittableRandom();
    private final Database[] dbs;
    private final Place first;
    private final Place second;

    /** For questions of others than commands, which may come in the middle of one. */
    private final Place asked;

    private final ActiveExpiry activeExpiry;
    private final ByteBuf scratchKey = Unpooled.buffer(64);
    private int epoch = 1;
    private Cut cut;
    private long hits;
    private long misses;
    private long expiredKeys;

    /**
     * @param databases how many, 1 or more
     * @param keyspaceAccount charged with records and tables
     * @param snapshotAccount charged with records that a cut alone keeps
     */
    public Keyspace(
            int databases, Extents extents, Account keyspaceAccount, Account snapshotAccount) {
        if (databases < 1) {
            throw new IllegalArgumentException("databases: " + databases + " (expected: >= 1)");
        }
        account = keyspaceAccount;
        memory = new RecordMemory(extents, keyspaceAccount);
        records = new Records(memory);
        keptMemory = new KeptMemory(records, keyspaceAccount, snapshotAccount);
        garbage = new Garbage(records, keptMemory);
        dbs = new Database[databases];
        for (int i = 0; i < databases; i++) {
            dbs[i] = new Database(i, keyspaceAccount);
        }
        first = new Place(this, records);
        second = new Place(this, records);
        asked = new Place(this, records);
        activeExpiry = new ActiveExpiry(this, dbs);
    }

    /** Number of databases. */
    public int databases() {
        return dbs.length;
    }

    /**
     * Sets a key as a loader does: nothing is propagated, no statistics are kept.
     *
     * @param expireAtMillis Unix milliseconds, -1 for none
     */
    public void put(int db, byte[] key, ByteBuffer value, long expireAtMillis) {
        int ref = place(db, key).create(value.remaining(), expireAtMillis);
        records.write(ref, 0, value);
    }

    /** Whether a key is there, expired or not. */
    public boolean contains(int db, byte[] key) {
        return asked(db, key).exists();
    }

    /** Whether a key is there that has expired by {@code nowMillis}, and has not been deleted yet. */
    public boolean isExpired(int db, byte[] key, long nowMillis) {
        Place place = asked(db, key);
        return place.expires() && place.expiry() < nowMillis;
    }

    /** Memory that a key takes, its share of the table included, as MEMORY USAGE reports it; -1 if there is no such key. */
    public long usageBytes(int db, byte[] key) {
        Place place = asked(db, key);
        return place.exists() ? records.footprint(place.ref()) + Long.BYTES : -1;
    }

    /** Sizes an empty database for {@code keys} keys to come. */
    public void expand(int db, long keys) {
        dbs[db].table.expand(keys);
    }

    public int size(int db) {
        return dbs[db].size();
    }

    /** Keys with an expiry. */
    public long expires(int db) {
        return dbs[db].expires;
    }

    /** INFO's {@code avg_ttl}: a running mean over keys that active expiry has seen. */
    public long avgTtlMillis(int db) {
        return dbs[db].averageTtlMillis;
    }

    /** Keys in all databases. */
    public long keyCount() {
        long keys = 0;
        for (Database db : dbs) {
            keys += db.size();
        }
        return keys;
    }

    /** Empties a database, in this turn. */
    public void flush(int db) {
        flush(db, false);
    }

    /**
     * Empties a database.
     *
     * @param later whether its memory may come back in the background; it does anyhow while a helper reads records
     */
    public void flush(int db, boolean later) {
        drop(dbs[db]);
        if (!later) {
            collectGarbage(Long.MAX_VALUE);
        }
    }

    /** Empties all databases, in this turn. */
    public void flushAll() {
        flushAll(false);
    }

    /** Empties all databases; without a cut in time proportional to the extents, so there is no need for later. */
    public void flushAll(boolean later) {
        if (cut == null) {
            for (Database db : dbs) {
                db.detach().close();
            }
            garbage.clear();
            memory.reset();
            return;
        }
        for (Database db : dbs) {
            drop(db);
        }
        if (!later) {
            collectGarbage(Long.MAX_VALUE);
        }
    }

    /** DEBUG DIGEST by Redis 7's construction, over everything in one turn; 20 bytes, zeros for an empty data set. */
    public byte[] digest() {
        return new DatasetDigest(records).of(dbs);
    }

    /**
     * Looks for expired keys and deletes them.
     *
     * @param maxKeys keys with an expiry to look at, at most
     * @param budgetNanos time to spend, about
     * @return keys deleted
     */
    public int activeExpire(long nowMillis, int maxKeys, long budgetNanos, Effects effects) {
        return activeExpiry.run(nowMillis, maxKeys, budgetNanos, effects);
    }

    /** Whether {@link #activeExpire} does anything: DEBUG SET-ACTIVE-EXPIRE. */
    public void setActiveExpire(boolean active) {
        activeExpiry.setActive(active);
    }

    /**
     * Goes on with rehashing, and with freeing what a flush or a cut left; from cron.
     *
     * @return whether there is more to do
     */
    public boolean rehashStep(long budgetNanos) {
        long start = System.nanoTime();
        for (Database db : dbs) {
            while (db.table.rehash(SLOTS_PER_LOOK)) {
                if (System.nanoTime() - start > budgetNanos) {
                    return true;
                }
            }
        }
        return collectGarbage(budgetNanos - (System.nanoTime() - start));
    }

    /**
     * Begins a cut of what is there now.
     *
     * @throws IllegalStateException if one is there already, or has batches out
     */
    public Cut beginCut() {
        if (cut != null) {
            throw new IllegalStateException(
                    "a cut is in progress (expected: closed, batches done)");
        }
        cut = new Cut(this, dbs, epoch + 1);
        epoch += 2;
        for (Database db : dbs) {
            db.table.rest(true);
        }
        return cut;
    }

    /** Whether a cut is open, or closed with batches out. */
    public boolean cutInProgress() {
        return cut != null;
    }

    public long hits() {
        return hits;
    }

    public long misses() {
        return misses;
    }

    /** Keys deleted because their time had come. */
    public long expiredKeys() {
        return expiredKeys;
    }

    /** CONFIG RESETSTAT. */
    public void resetStatistics() {
        hits = 0;
        misses = 0;
        expiredKeys = 0;
    }

    /** Gives all memory back; no cut may be in progress. */
    @Override
    public void close() {
        if (cut != null) {
            throw new IllegalStateException(
                    "keyspace closed during a cut (expected: cut closed, batches done)");
        }
        flushAll();
        for (Database db : dbs) {
            db.table.close();
        }
    }

    /** The key of argument {@code argument}, for a command that reads; counted as hit or miss. */
    Place read(CommandContext context, int argument) {
        Place place = lookup(first, context, argument);
        if (place.exists()) {
            hits++;
        } else {
            misses++;
        }
        return place;
    }

    /** The key of argument {@code argument}, for a command that may change it. */
    Place write(CommandContext context, int argument) {
        return lookup(first, context, argument);
    }

    /** A second key, which leaves the first place valid unless it was found expired. */
    Place writeSecond(CommandContext context, int db, int argument) {
        return lookup(second, context, db, argument);
    }

    /** A place for the key of a record: for one that was met in a walk and must go. */
    Place place(int db, byte[] key) {
        scratchKey.clear().writeBytes(key);
        return second.find(dbs[db], scratchKey, 0, key.length);
    }

    private Place asked(int db, byte[] key) {
        return asked.find(dbs[db], Unpooled.wrappedBuffer(key), 0, key.length);
    }

    void expire(Place place, byte[] key, Effects effects) {
        int db = place.db().number;
        place.remove();
        expiredKeys++;
        effects.expired(db, key);
    }

    Database database(int db) {
        return dbs[db];
    }

    /** A random record of a database that is not empty. */
    int randomRef(int db) {
        return (int) dbs[db].table.entryNear(random.nextLong());
    }

    boolean mayChange(int ref) {
        return cut == null || cut.mayChange(ref);
    }

    /** A record has left database {@code db}: freed, unless a cut wants it. */
    void release(int db, int ref) {
        if (cut == null || !cut.keep(db, ref)) {
            records.free(ref);
        }
    }

    /** The epoch of records made now. */
    int epoch() {
        return epoch;
    }

    void ended(Cut ended) {
        if (cut != ended) {
            throw new IllegalStateException("a cut ended that was not in progress");
        }
        cut = null;
        for (Database db : dbs) {
            db.table.rest(false);
        }
    }

    KeyHash hash() {
        return hash;
    }

    Records records() {
        return records;
    }

    RecordMemory memory() {
        return memory;
    }

    KeptMemory keptMemory() {
        return keptMemory;
    }

    Garbage garbage() {
        return garbage;
    }

    private Place lookup(Place place, CommandContext context, int argument) {
        return lookup(place, context, context.db(), argument);
    }

    private Place lookup(Place place, CommandContext context, int db, int argument) {
        var request = context.request();
        place.find(dbs[db], request.buffer(), request.position(argument), request.length(argument));
        if (place.expires() && place.expiry() < context.nowMillis()) {
            expire(place, request.bytes(argument), context.effects());
        }
        return place;
    }

    private void drop(Database db) {
        if (db.size() == 0) {
            return;
        }
        long recordBytes = db.recordBytes;
        Table table = db.detach();
        if (cut == null || !cut.keepTable(db.number, table, recordBytes)) {
            garbage.add(new DetachedTable(table, 0));
        }
    }

    private boolean collectGarbage(long budgetNanos) {
        long start = System.nanoTime();
        int slots = 0;
        while (cut == null || !cut.hasBatchesOut()) {
            int looked = garbage.collect();
            if (looked == 0) {
                return false;
            }
            slots += looked;
            if (slots >= SLOTS_PER_LOOK) {
                if (System.nanoTime() - start > budgetNanos) {
                    return true;
                }
                slots = 0;
            }
        }
        return !garbage.isEmpty();
    }
}
