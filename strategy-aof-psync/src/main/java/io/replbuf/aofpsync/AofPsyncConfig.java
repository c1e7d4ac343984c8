package io.replbuf.aofpsync;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ByteSize;
import java.util.List;

/**
 * The strategy's own options, concluded.
 *
 * @param windowBytes of the stream in memory; 0: every replica reads the log, and memory holds only what is not written yet
 * @param windowFollowsBacklog whether a change of the backlog's size changes the window
 * @param demotes whether a replica that falls out of the window goes on from the log
 * @param onlySynced whether replicas are given only what survives a crash
 */
record AofPsyncConfig(
        long windowBytes, boolean windowFollowsBacklog, boolean demotes, boolean onlySynced) {
    private static final String AUTO = "auto";

    /** Below this a backlog of Redis' default size, 1 MB, would send every short pause to the disk. */
    private static final long WINDOW_BYTES_MIN_BY_DEFAULT = 16 << 20;

    private static final BufferOption WINDOW =
            new BufferOption(
                    "repl-buffer-window",
                    AUTO,
                    "bytes of the stream in memory; auto: the larger of repl-backlog-size and 16mb; 0: every replica reads the log");

    private static final BufferOption DEMOTE =
            new BufferOption(
                    "repl-buffer-demote",
                    "yes",
                    "whether a replica that falls out of the window, or reaches an output limit, goes on from the log; no: limits drop it");

    private static final BufferOption ONLY_SYNCED =
            new BufferOption(
                    "repl-log-send-only-synced",
                    "no",
                    "whether replicas are given only what the log has forced to disk, so that none is ever ahead of it");

    static List<BufferOption> options() {
        return List.of(WINDOW, DEMOTE, ONLY_SYNCED);
    }

    /**
     * @throws IllegalArgumentException naming the option, its value and what was expected
     */
    static AofPsyncConfig of(BufferContext context) {
        String window = context.option(WINDOW);
        boolean auto = window.equals(AUTO);
        boolean demotes = context.yes(DEMOTE);
        long windowBytes = auto ? windowByDefault(context.backlogBytes()) : windowBytes(window);
        if (windowBytes == 0 && !demotes) {
            throw new IllegalArgumentException(
                    DEMOTE.name() + ": no (expected: yes, with " + WINDOW.name() + "=0)");
        }
        return new AofPsyncConfig(windowBytes, auto, demotes, context.yes(ONLY_SYNCED));
    }

    static long windowByDefault(long backlogBytes) {
        return Math.max(backlogBytes, WINDOW_BYTES_MIN_BY_DEFAULT);
    }

    private static long windowBytes(String value) {
        try {
            return ByteSize.parse(WINDOW.name(), value, 0);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ", or " + AUTO, e);
        }
    }
}
