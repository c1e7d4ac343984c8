package io.replbuf.keyspace;

/**
 * A table that is no database's any more, emptied a stretch at a time. Command loop only.
 *
 * <p>Goes round the hashes once, from where a cut had got to when it took the table over; what the cut had seen before comes
 * last.
 */
final class DetachedTable {
    private final Table table;
    private final long start;
    private long cursor;
    private boolean wrapped;

    /** What of its records is charged to the snapshot as long as they bear no charge of their own. */
    long keptBytes;

    DetachedTable(Table table, long start) {
        this.table = table;
        this.start = start;
        cursor = start;
    }

    /**
     * Adds the records of the next stretch to {@code refs}: they are the caller's now.
     *
     * @return false if there are no more
     */
    boolean next(int homes, RefList refs) {
        if (!wrapped && cursor == Slots.HASHES) {
            wrapped = true;
            cursor = 0;
        }
        long end = wrapped ? start : Slots.HASHES;
        if (cursor >= end) {
            table.close();
            return false;
        }
        long stretchEnd = Math.min(end, table.stretchEnd(cursor, homes));
        table.collect(cursor, stretchEnd, refs);
        cursor = stretchEnd;
        return true;
    }

    /** Gives the arrays back; what they refer to is gone already. */
    void close() {
        table.close();
    }
}
