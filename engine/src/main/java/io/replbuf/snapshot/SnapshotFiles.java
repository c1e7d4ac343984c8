package io.replbuf.snapshot;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** The disk as a snapshot sees it; tests hand in one that fails. Used by the thread that writes the snapshot. */
public interface SnapshotFiles {
    /** Opens a file to be written from its beginning, whether or not it exists. */
    Output create(Path file) throws IOException;

    /** Gives a file another name in its folder, at once; what had that name is gone. */
    void rename(Path from, Path to) throws IOException;

    /** Forces the names in a folder to the device. */
    void forceFolder(Path folder) throws IOException;

    /** Removes a file, if it exists. */
    void delete(Path file) throws IOException;

    /** A file that is being written. It takes at least one byte in a write, or throws. */
    interface Output extends WritableByteChannel {
        /** Forces the content to the device. */
        void force() throws IOException;
    }

    /** The real one. */
    static SnapshotFiles onDisk() {
        return new DiskSnapshotFiles();
    }
}
