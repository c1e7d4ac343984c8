package io.replbuf.primary;

/** Told where commands begin in the stream, outside transactions: only there may a log begin a segment. Command loop. */
interface Boundaries {
    /** Nobody is interested. */
    Boundaries NONE =
            new Boundaries() {
                @Override
                public boolean rollBefore(long nextOffset) {
                    return false;
                }

                @Override
                public void command(long nextOffset, int db) {
                    // No log keeps an index.
                }
            };

    /** Asked before a write. True if a segment begins at the next offset: it then begins with a SELECT. */
    boolean rollBefore(long nextOffset);

    /** A command begins at the next offset, with this database selected. */
    void command(long nextOffset, int db);
}
