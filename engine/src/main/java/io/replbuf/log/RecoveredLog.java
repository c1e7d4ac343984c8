package io.replbuf.log;

import io.replbuf.stream.Replid;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A log of ours found in the folder at start: what it holds, and the choice to continue it.
 *
 * <pre>
 *   RecoveredLog found = StreamLog.recover(config, env);          // changes nothing on the disk
 *   load found.loadParts(), or a snapshot that stands at an offset of found.range()
 *   History history = new History(found.replid(), ...).shift(offset);
 *   StreamLog log = found.resume(offset, history.replid());       // or found.setAside(replid, startOffset)
 * </pre>
 *
 * <b>What counts.</b> The newest contiguous range, up to the last whole command outside a transaction. A file that is missing
 * or shorter than the manifest says ends the range: what is older is unreachable behind the gap, and {@link #loadProblem} says
 * so. Only the last file is scanned; before it a segment's end is in the manifest only when its bytes were on the device.
 *
 * <p><b>Who may continue.</b> The stream may be served only for the data set that it led to. So the caller resumes at the
 * offset at which its data set stands: the range's end if it loaded the log, a snapshot's offset within the range (what lies
 * behind it is cut off), or else sets the log aside.
 *
 * <p>One thread, before the server runs; one of {@link #resume} and {@link #setAside}, once.
 */
public final class RecoveredLog {
    private final LogConfig config;
    private final LogEnv env;
    private final LogScan scan;

    RecoveredLog(LogConfig config, LogEnv env, LogScan scan) {
        this.config = config;
        this.env = env;
        this.scan = scan;
    }

    /** What can be read and continued; its nextOffset is behind the last whole command outside a transaction. */
    public StreamRange range() {
        return scan.range();
    }

    /** The history that the last bytes belong to: the replid2 of whoever continues it. */
    public Replid replid() {
        return scan.replid();
    }

    /** The database selected at the range's end; -1 if that is not known. */
    public int db() {
        return scan.db();
    }

    /** Bytes behind the range's end in the last file, which {@link #resume} cuts off; 0 if there are none. */
    public long tornBytes() {
        return scan.tornBytes();
    }

    /** What these bytes are, one line; null if there are none. */
    public String tornReason() {
        return scan.tornReason();
    }

    /**
     * Whether they cannot be the end of a write that a crash cut off: something else has damaged the file. Redis refuses to
     * load such a file, also with {@code aof-load-truncated yes}.
     */
    public boolean malformed() {
        return scan.malformed();
    }

    /** What else was wrong, a line each; empty for a log that is whole or merely torn. */
    public List<String> damages() {
        return List.copyOf(scan.damages());
    }

    /** The snapshot that loading begins with; null without. */
    public LogPart base() {
        return scan.base();
    }

    /** What to load, in this order: the base if there is one, then the increments since. */
    public List<LogPart> loadParts() {
        List<LogPart> parts = new ArrayList<>();
        if (base() != null) {
            parts.add(base());
        }
        for (LogScan.Found found : scan.segments()) {
            if (!found.history()) {
                parts.add(found.part());
            }
        }
        return parts;
    }

    /**
     * Why {@link #loadParts} do not lead to the data set at the range's end: no base, or a gap since. A torn or malformed tail
     * is no such reason.
     *
     * @return null if they do
     */
    public String loadProblem() {
        return scan.loadProblem();
    }

    /**
     * Whether the stream came by {@code nextOffset} in the history of that name: a data set that stands there in that history
     * may go on with this log, and no other.
     */
    public boolean passes(Replid history, long nextOffset) {
        for (LogScan.Found found : scan.segments()) {
            LogPart part = found.part();
            if (part.replid().equals(history)
                    && nextOffset >= part.startOffset()
                    && nextOffset <= part.nextOffset()) {
                return true;
            }
        }
        return false;
    }

    /** The range's end is where the data set stands. */
    public StreamLog resume(Replid newReplid) throws IOException {
        return resume(range().nextOffset(), newReplid);
    }

    /**
     * Continues the log: what lies behind {@code nextOffset} is cut off for good, the rest can be read at once, and a new segment
     * begins there, in which the next bytes fed go. Blocks for the disk.
     *
     * @param nextOffset where the data set stands: between two commands and outside a transaction
     * @param newReplid the history from there on
     * @throws IllegalArgumentException if the range does not reach to the offset
     * @throws IOException if the folder cannot be written; then it still holds what it held
     */
    public StreamLog resume(long nextOffset, Replid newReplid) throws IOException {
        if (!range().continues(nextOffset)) {
            throw new IllegalArgumentException(
                    "nextOffset: "
                            + nextOffset
                            + " (expected: "
                            + range().startOffset()
                            + " to "
                            + range().nextOffset()
                            + ")");
        }
        return StreamLog.resume(config, env, scan, nextOffset, newReplid);
    }

    /** Moves the log aside as a whole and begins a fresh one, as {@link StreamLog#open} does. */
    public StreamLog setAside(Replid replid, long startOffset) throws IOException {
        return StreamLog.open(config, env, replid, startOffset);
    }
}
