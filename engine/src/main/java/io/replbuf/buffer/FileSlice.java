package io.replbuf.buffer;

import java.nio.channels.FileChannel;

/**
 * A leased stretch of a file that holds stream bytes only, ready for sendfile.
 *
 * <p>The lease keeps the file's bytes and its channel; closing it gives the lease back and never closes the channel. One
 * thread at a time. A thread that uses the channel must not be interrupted: an interrupt closes it for everybody.
 */
public interface FileSlice extends AutoCloseable {
    FileChannel channel();

    /** Position in the file, in bytes. */
    long position();

    /** Length in bytes, at least 1; never beyond what has been written. */
    int count();

    @Override
    void close();
}
