package io.replbuf.keyspace;

/**
 * What a command did to the data set, for whoever keeps the stream. Command loop only.
 *
 * <p>A command that changed nothing calls nothing. Order is the order of the stream: the deletion of a key that was found
 * expired comes before the command that found it.
 */
public interface Effects {
    /**
     * A key is another one than before, or has gone; said once it is so, of each key that a command changed.
     *
     * @param argument of the command that names the key
     */
    void changed(int db, int argument);

    /** All keys of a database are about to go; said before they do. */
    void emptying(int db);

    /** All keys of all databases are about to go, as one change: FLUSHALL. Said before {@link #emptying} of each. */
    void emptyingAll();

    /** The command changed data, and its own bytes say how. */
    void verbatim();

    /** The command changed data, and these arguments (name first) say how, in place of its own bytes. */
    void rewritten(byte[]... arguments);

    /** A key was found expired and deleted: {@code DEL key} in database {@code db}, before the command itself. */
    void expired(int db, byte[] key);

    /** How many changes {@code rdb_changes_since_last_save} counts for this command; 1 unless said. */
    void changes(int count);
}
