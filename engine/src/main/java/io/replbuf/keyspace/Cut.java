package io.replbuf.keyspace;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The data set as it was at one moment, while it goes on changing.
 *
 * <p>Begun with {@link Keyspace#beginCut} in time proportional to the number of databases, then walked in slices on the
 * command loop; each slice fills a batch of references, which a helper may read meanwhile. Batches are given back in the
 * order in which they were filled. Command loop only, but for {@link CutBatch#forEach}.
 */
public final class Cut implements AutoCloseable {
    /*
     * What a record's epoch says, with e the cut's:
     *
     *     epoch < e    was there at the cut and has not been walked: wanted, so it is kept when it leaves the data set
     *     epoch == e   walked: a helper may be reading it until the batch is done
     *     epoch > e    made after the cut: none of its business, free to be changed in place
     *
     * A wanted record that leaves goes to its database's list of kept ones; the walk takes those first, so that their memory
     * goes back soonest. A walked one that leaves is retired: it belongs to the newest batch out, and since batches come
     * back in order, every batch that could hold it is done when that one is.
     */

    /** Slots to a stretch: some ten records, so that a batch exceeds its limits by a few at most. */
    private static final int HOMES = 16;

    /** Stretches a walk looks at, however few records it meets: bounds a slice over a table that is nearly empty. */
    private static final int STRETCHES_MAX = 512;

    /** Keys of one database at the cut, and how many of them had an expiry. */
    public record Sizes(long keys, long expires) {}

    /** The part of one database. */
    private static final class Part {
        private final Table table;
        private final Sizes sizes;
        private final RefList kept = new RefList();
        private long cursor;

        /** Not null once the database was flushed. */
        private DetachedTable detached;

        Part(Database db) {
            table = db.table;
            sizes = new Sizes(db.size(), db.expires);
        }
    }

    private final Keyspace keyspace;
    private final Records records;
    private final RecordMemory memory;
    private final KeptMemory keptMemory;
    private final int epoch;
    private final Part[] parts;
    private final Deque<CutBatch> out = new ArrayDeque<>();
    private final RefList stretch = new RefList();
    private final long total;
    private boolean open = true;
    private int current;
    private long processed;

    Cut(Keyspace keyspace, Database[] dbs, int epoch) {
        this.keyspace = keyspace;
        this.epoch = epoch;
        records = keyspace.records();
        memory = keyspace.memory();
        keptMemory = keyspace.keptMemory();
        parts = new Part[dbs.length];
        long keys = 0;
        for (Database db : dbs) {
            parts[db.number] = new Part(db);
            keys += db.size();
        }
        total = keys;
    }

    /**
     * Fills an empty batch with records that were not walked yet, lower databases first.
     *
     * @param maxRecords about how many, exceeded by a few at most
     * @param maxBytes about how many key and value bytes, exceeded by some ten records at most
     * @return false if the batch stayed empty because nothing is left; true: call again, also if the batch is empty
     */
    public boolean walk(CutBatch batch, int maxRecords, long maxBytes) {
        if (!open) {
            throw new IllegalStateException("cut is closed");
        }
        if (out.contains(batch)) {
            throw new IllegalStateException("batch is out (expected: done)");
        }
        batch.begin(memory.memories());
        int stretches = 0;
        while (current < parts.length
                && stretches < STRETCHES_MAX
                && batch.records() + batch.retired.size() < maxRecords
                && batch.bytes() < maxBytes) {
            Part part = parts[current];
            if (!part.kept.isEmpty()) {
                int ref = part.kept.pop();
                take(ref, batch);
                batch.retired.add(ref);
            } else if (walkStretch(part, batch)) {
                stretches++;
            } else {
                current++;
            }
        }
        if (batch.isEmpty()) {
            return current < parts.length;
        }
        out.add(batch);
        return true;
    }

    /** Takes a batch back that a walk filled, and frees what was kept for it. */
    public void done(CutBatch batch) {
        if (batch.isEmpty()) {
            return;
        }
        if (out.peek() != batch) {
            throw new IllegalStateException("batch done (expected: the oldest that is out)");
        }
        out.remove();
        while (!batch.retired.isEmpty()) {
            keptMemory.free(batch.retired.pop());
        }
        batch.begin(new ByteBuffer[0]);
        endIfIdle();
    }

    /**
     * Ends the cut, walked to its end or not. Batches that are out are still to be given back, and until they are no other
     * cut can begin.
     */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        for (Part part : parts) {
            keyspace.garbage().add(part.kept);
            if (part.detached != null) {
                keyspace.garbage().add(part.detached);
            }
        }
        endIfIdle();
    }

    /** What is held for this cut alone, in bytes. */
    public long keptBytes() {
        return keptMemory.bytes();
    }

    /** Records walked. */
    public long processed() {
        return processed;
    }

    /** Records at the cut. */
    public long total() {
        return total;
    }

    /** What database {@code db} held at the cut. */
    public Sizes sizes(int db) {
        return parts[db].sizes;
    }

    /** Whether a helper may be reading records. */
    boolean hasBatchesOut() {
        return !out.isEmpty();
    }

    boolean mayChange(int ref) {
        int of = records.epoch(ref);
        return of > epoch || (of == epoch ? out.isEmpty() : !open);
    }

    /** Takes a record over that has left database {@code db}, if this cut has a use for it. */
    boolean keep(int db, int ref) {
        int of = records.epoch(ref);
        if (open && of < epoch) {
            keptMemory.keep(ref);
            parts[db].kept.add(ref);
            return true;
        }
        if (of == epoch && !out.isEmpty()) {
            keptMemory.keep(ref);
            out.getLast().retired.add(ref);
            return true;
        }
        return false;
    }

    /** Takes the table of a database over that is being flushed, if it is not walked to the end. */
    boolean keepTable(int db, Table table, long recordBytes) {
        Part part = parts[db];
        if (!open || current > db || part.table != table) {
            return false;
        }
        part.detached = new DetachedTable(table, part.cursor);
        part.detached.keptBytes = recordBytes;
        keptMemory.keepTable(recordBytes);
        return true;
    }

    private boolean walkStretch(Part part, CutBatch batch) {
        stretch.clear();
        if (part.detached != null) {
            if (!part.detached.next(HOMES, stretch)) {
                part.detached = null;
                return false;
            }
        } else {
            if (part.cursor == Slots.HASHES) {
                return false;
            }
            long end = part.table.stretchEnd(part.cursor, HOMES);
            part.table.collect(part.cursor, end, stretch);
            part.cursor = end;
        }
        for (int i = 0; i < stretch.size(); i++) {
            int ref = stretch.get(i);
            if (records.epoch(ref) < epoch) {
                take(ref, batch);
                records.setEpoch(ref, epoch);
            }
            if (part.detached != null) {
                part.detached.keptBytes -= keptMemory.keepFromTable(ref);
                batch.retired.add(ref);
            }
        }
        return true;
    }

    private void take(int ref, CutBatch batch) {
        batch.add(current, ref, (long) records.keyLength(ref) + records.valueLength(ref));
        processed++;
    }

    private void endIfIdle() {
        if (!open && out.isEmpty()) {
            keyspace.ended(this);
        }
    }
}
