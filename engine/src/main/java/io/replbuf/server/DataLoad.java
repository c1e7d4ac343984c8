package io.replbuf.server;

import io.replbuf.snapshot.LoadResult;
import java.io.Closeable;

/**
 * What brings the data set from files into memory, slice by slice.
 *
 * <p>Command loop. After an exception the keyspace holds what was loaded until then, and only {@link #close} is left to be
 * called.
 */
interface DataLoad extends Closeable {
    /**
     * Loads a slice: about as much as {@code loading-process-events-interval-bytes} says, and not for much longer than a
     * hundredth of a second.
     *
     * @return whether all is loaded
     * @throws StartException if it cannot be read, or does not fit; says which file and why
     */
    boolean step() throws StartException;

    /** Bytes of all files. */
    long totalBytes();

    long loadedBytes();

    /** What an RDB has brought so far, and what it says of itself; null if there is none. */
    LoadResult result();

    @Override
    void close();
}
