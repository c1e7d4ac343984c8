package io.replbuf.log;

import java.io.IOException;
import java.nio.file.Path;

/** The disk as the log sees it; tests hand in one that fails. */
public interface LogFiles {
    /** Creates and opens a file that does not exist yet. */
    LogFile create(Path file) throws IOException;

    /** Opens a file that exists, to be read, cut and forced. */
    LogFile open(Path file) throws IOException;

    /** Gives the file this content, durably and at once: whoever looks, also after a crash, sees all of the old or all of it. */
    void replace(Path file, byte[] content) throws IOException;

    /** Gives a file that is whole and forced its name, in the same folder; what had the name is gone. */
    void rename(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    /** The real one. */
    static LogFiles onDisk() {
        return new DiskFiles();
    }
}
