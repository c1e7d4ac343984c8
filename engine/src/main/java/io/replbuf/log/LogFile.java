package io.replbuf.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * One open file of the log: written by one thread, read by any through its channel.
 *
 * <p>An interrupt of a thread that uses the channel closes it for everybody, so nobody interrupts such a thread.
 */
public interface LogFile {
    /** For readers, and for sendfile; they neither write nor move its position. */
    FileChannel channel();

    /**
     * Writes from {@code bytes}' position at {@code position} of the file, as much as the disk takes.
     *
     * @return bytes written, at least 1
     */
    int write(ByteBuffer bytes, long position) throws IOException;

    /** How many bytes the file has now, also if another process has changed it. */
    default long size() throws IOException {
        return channel().size();
    }

    /** Forces the content to the device; what is needed to read it again, no times. */
    void force() throws IOException;

    /** Cuts off what is behind {@code bytes}. */
    void truncate(long bytes) throws IOException;

    void close() throws IOException;
}
