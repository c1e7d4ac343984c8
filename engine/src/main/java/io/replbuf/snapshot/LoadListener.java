package io.replbuf.snapshot;

/** Hears of a load in progress, on the loading thread. */
public interface LoadListener {
    /** For loads that nobody watches. */
    LoadListener NONE = new LoadListener() {};

    /**
     * Some more bytes were read: the moment to serve events.
     *
     * @param totalBytes the file's length, -1 if not known
     */
    default void progress(long loadedBytes, long totalBytes, long keys) {}

    /** A key was left out because it has expired: a primary that resumes its stream puts a DEL there. */
    default void expired(int db, byte[] key) {}
}
