package io.replbuf.keyspace;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Some records of a cut, by reference.
 *
 * <p>Filled by {@link Cut#walk} on the command loop, then read by one other thread at a time, to which whoever hands it over
 * publishes it; given back with {@link Cut#done} on the command loop, after which it may be filled again. In between nothing
 * that it refers to is changed or freed.
 */
public final class CutBatch {
    private final RefList refs = new RefList(256);
    private final RefList dbs = new RefList(256);

    /** Records that have left the data set since: freed when the batch is done. The command loop's. */
    final RefList retired = new RefList();

    private ByteBuffer[] memories = {};

    /** Extents by number whose views are at hand, and the views. The reader's. */
    private ByteBuffer[] viewed = {};

    private ByteBuffer[] keyViews = {};
    private ByteBuffer[] valueViews = {};
    private long bytes;

    /** Records in it. */
    public int records() {
        return refs.size();
    }

    /** Key and value bytes in it. */
    public long bytes() {
        return bytes;
    }

    /** Shows all records, those of a lower database first. */
    public void forEach(RecordVisitor visitor) {
        for (int i = 0; i < refs.size(); i++) {
            show(dbs.get(i), refs.get(i), visitor);
        }
    }

    void begin(ByteBuffer[] memories) {
        refs.clear();
        dbs.clear();
        bytes = 0;
        this.memories = memories;
    }

    void add(int db, int ref, long recordBytes) {
        dbs.add(db);
        refs.add(ref);
        bytes += recordBytes;
    }

    /**
     * Whether it holds nothing: no record to write, and none to free when it is done. A batch of the latter alone, as from a
     * flushed table in which all records are newer than the cut, is out like any other.
     */
    public boolean isEmpty() {
        return refs.isEmpty() && retired.isEmpty();
    }

    private void show(int db, int ref, RecordVisitor visitor) {
        int extent = RecordMemory.extentOf(ref);
        ByteBuffer memory = memories[extent];
        int offset = RecordMemory.offset(ref);
        int keyLength = RecordLayout.keyLength(memory, offset);
        int valueLength = RecordLayout.valueLength(memory, offset);
        long expiry = RecordLayout.expiry(memory, offset);
        int keyAt = offset + RecordLayout.KEY;
        prepareViews(extent);
        ByteBuffer key = keyViews[extent].limit(keyAt + keyLength).position(keyAt);
        if (!RecordLayout.chunked(memory, offset)) {
            int valueAt = keyAt + keyLength;
            ByteBuffer value = valueViews[extent].limit(valueAt + valueLength).position(valueAt);
            visitor.record(db, key, value, expiry);
            return;
        }
        ByteBuffer[] pieces = new ByteBuffer[RecordLayout.chunks(valueLength)];
        for (int i = 0; i < pieces.length; i++) {
            int chunk = RecordLayout.chunk(memory, offset, keyLength, i);
            int at = RecordMemory.offset(chunk) + RecordLayout.CHUNK_HEADER;
            pieces[i] =
                    memories[RecordMemory.extentOf(chunk)]
                            .slice(at, RecordLayout.chunkLength(valueLength, i))
                            .asReadOnlyBuffer();
        }
        visitor.record(db, key, pieces, valueLength, expiry);
    }

    /** Views are kept from batch to batch, unless the extent of that number is another one by now. */
    private void prepareViews(int extent) {
        if (extent >= viewed.length) {
            viewed = Arrays.copyOf(viewed, memories.length);
            keyViews = Arrays.copyOf(keyViews, memories.length);
            valueViews = Arrays.copyOf(valueViews, memories.length);
        }
        if (viewed[extent] != memories[extent]) {
            viewed[extent] = memories[extent];
            keyViews[extent] = memories[extent].asReadOnlyBuffer();
            valueViews[extent] = memories[extent].asReadOnlyBuffer();
        }
    }
}
