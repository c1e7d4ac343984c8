package io.replbuf.keyspace;

import io.netty.buffer.ByteBuf;

/**
 * Where a key is, or would be, and what can be done there.
 *
 * <p>A flyweight of the command loop: found anew for each key, and not valid any more once another place has added or
 * removed a key. Every change here keeps the old record for a cut that wants it, before anything else.
 */
final class Place {
    private final Keyspace keyspace;
    private final Records records;
    private Database db;
    private ByteBuf key;
    private int keyIndex;
    private int keyLength;

    /** The hash in an entry's leading bits, the rest zero. */
    private long hash;

    private Slots slots;
    private int slot;
    private long entry;

    Place(Keyspace keyspace, Records records) {
        this.keyspace = keyspace;
        this.records = records;
    }

    Place find(Database db, ByteBuf key, int keyIndex, int keyLength) {
        this.db = db;
        this.key = key;
        this.keyIndex = keyIndex;
        this.keyLength = keyLength;
        hash =
                keyspace.hash().hash(key, keyIndex, keyLength)
                        >>> Slots.HASH_SHIFT
                        << Slots.HASH_SHIFT;
        locate();
        return this;
    }

    boolean exists() {
        return entry != 0;
    }

    /** The record here; only if the key exists. */
    int ref() {
        return (int) entry;
    }

    Database db() {
        return db;
    }

    boolean expires() {
        return (entry & Slots.EXPIRES) != 0;
    }

    /** In Unix milliseconds; -1 without an expiry or without a key. */
    long expiry() {
        return expires() ? records.expiry(ref()) : -1;
    }

    /** A record here with a value of {@code length} bytes, all of them yet to be written. */
    int create(int length, long expiry) {
        if (exists() && keyspace.mayChange(ref()) && records.fits(ref(), length, 0, length)) {
            records.setValueLength(ref(), length);
            putExpiry(expiry);
            return ref();
        }
        install(records.create(key, keyIndex, keyLength, length, expiry, keyspace.epoch()));
        return ref();
    }

    /** Sets the whole value. */
    void set(ByteBuf value, int index, int length, long expiry) {
        records.write(create(length, expiry), 0, value, index, length);
    }

    /** Puts a record made elsewhere, under this key, in place of what is here. */
    void install(int ref) {
        boolean expires = records.expiry(ref) >= 0;
        long fresh = hash | (expires ? Slots.EXPIRES : 0) | ref & 0xffffffffL;
        db.recordBytes += records.footprint(ref);
        db.expires += (expires ? 1 : 0) - (expires() ? 1 : 0);
        if (exists()) {
            int old = ref();
            slots.replace(slot, fresh);
            db.recordBytes -= records.footprint(old);
            entry = fresh;
            keyspace.release(db.number, old);
        } else {
            db.table.insert(fresh);
            locate();
        }
    }

    /**
     * The record here, with a value of {@code length} bytes, not shorter than it was, that may be written in {@code [from,
     * to)}; other bytes are as they were.
     */
    int edit(int length, int from, int to) {
        if (keyspace.mayChange(ref()) && records.fits(ref(), length, from, to)) {
            records.setValueLength(ref(), length);
        } else {
            install(records.derive(ref(), length, from, to, keyspace.epoch()));
        }
        return ref();
    }

    /** Changes the expiry alone; -1 takes it away. */
    void expireAt(long expiry) {
        if (!keyspace.mayChange(ref())) {
            install(records.derive(ref(), records.valueLength(ref()), 0, 0, keyspace.epoch()));
        }
        putExpiry(expiry);
    }

    /** Removes the key, which exists. */
    void remove() {
        int old = ref();
        db.expires -= expires() ? 1 : 0;
        db.recordBytes -= records.footprint(old);
        db.table.remove(slots, slot);
        entry = 0;
        keyspace.release(db.number, old);
    }

    private void putExpiry(long expiry) {
        boolean expires = expiry >= 0;
        if (expires || expires()) {
            records.setExpiry(ref(), expiry);
        }
        if (expires != expires()) {
            entry ^= Slots.EXPIRES;
            slots.replace(slot, entry);
            db.expires += expires ? 1 : -1;
        }
    }

    private void locate() {
        slots = db.table.slotsFor(hash);
        int at = slots.home(hash);
        while ((entry = slots.get(at)) != 0) {
            if ((entry ^ hash) >>> Slots.HASH_SHIFT == 0
                    && records.keyEquals((int) entry, key, keyIndex, keyLength)) {
                break;
            }
            at = (at + 1) & slots.mask;
        }
        slot = at;
    }
}
