package io.replbuf.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Told what an {@link RdbReader} finds, in the order of the file, on the reader's thread. */
public interface RdbVisitor {
    /** How many keys the file says a database has, and how many of them expire: a hint, not to be trusted. */
    default void sizes(int db, long keys, long expires) throws IOException {}

    /**
     * A key with a string.
     *
     * @param key the receiver's to keep
     * @param value valid during the call only
     * @param expireAtMillis Unix time, -1 for none
     */
    void string(int db, byte[] key, ByteBuffer value, long expireAtMillis) throws IOException;
}
