package io.replbuf.server;

import java.nio.file.Path;

/** The log of a process, as its configuration steers it; whoever owns the logging library implements it. */
public interface ProcessLog {
    /** Leaves the log as it is. */
    ProcessLog UNCHANGED =
            new ProcessLog() {
                @Override
                public void level(String redisLevel) {}

                @Override
                public void file(Path file) {}
            };

    /** {@code debug}, {@code verbose}, {@code notice}, {@code warning} or {@code nothing}. */
    void level(String redisLevel);

    /** Writes to this file in place of stdout, appending. */
    void file(Path file);
}
