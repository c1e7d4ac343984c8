package io.replbuf.keyspace;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Records that nothing refers to any more and that were too many to free in the turn that dropped them. Command loop only.
 */
final class Garbage {
    private static final int HOMES = 64;

    private final Records records;
    private final KeptMemory kept;
    private final Queue<DetachedTable> tables = new ArrayDeque<>();
    private final Queue<RefList> lists = new ArrayDeque<>();
    private final RefList stretch = new RefList();

    Garbage(Records records, KeptMemory kept) {
        this.records = records;
        this.kept = kept;
    }

    void add(DetachedTable table) {
        tables.add(table);
    }

    /** Records that bear a charge of {@link KeptMemory}. */
    void add(RefList list) {
        if (!list.isEmpty()) {
            lists.add(list);
        }
    }

    boolean isEmpty() {
        return tables.isEmpty() && lists.isEmpty();
    }

    /** Forgets everything: the memory under it was reset. */
    void clear() {
        while (!tables.isEmpty()) {
            tables.remove().close();
        }
        lists.clear();
        kept.clear();
    }

    /**
     * Frees some tens of records.
     *
     * @return how many slots and records that looked at; 0 if there is no garbage
     */
    int collect() {
        RefList list = lists.peek();
        if (list != null) {
            int freed = 0;
            while (!list.isEmpty() && freed < HOMES) {
                kept.free(list.pop());
                freed++;
            }
            if (list.isEmpty()) {
                lists.remove();
            }
            return freed;
        }
        DetachedTable table = tables.peek();
        if (table == null) {
            return 0;
        }
        stretch.clear();
        if (!table.next(HOMES, stretch)) {
            tables.remove();
            return 1;
        }
        for (int i = 0; i < stretch.size(); i++) {
            int ref = stretch.get(i);
            if (table.keptBytes > 0) {
                table.keptBytes -= kept.keepFromTable(ref);
                kept.free(ref);
            } else {
                records.free(ref);
            }
        }
        return HOMES;
    }
}
