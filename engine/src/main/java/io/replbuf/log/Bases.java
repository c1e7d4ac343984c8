package io.replbuf.log;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The snapshot that loading begins with, the next one under way, and what they keep retention from deleting.
 *
 * <pre>
 *   h   h   h   | b stands here                | next base will stand here
 *   1   2   3   | 4.incr    5.incr    6.incr   | 7.incr ...
 *   may go      |-------- needed ------------->|   once it does: 4, 5, 6 become h, the old base goes
 * </pre>
 *
 * Log thread, but for {@link #appendOnly(boolean)}, {@link #current} and {@link #nextSeq}, which any thread may call.
 */
final class Bases {
    private static final long ASK_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long NONE = Long.MAX_VALUE;

    private final Path folder;
    private final ManifestStore manifests;
    private volatile boolean appendOnly;

    /** The one that the manifest names; null without. */
    private volatile LogPart current;

    private volatile long currentSeq;
    private long pendingOffset = NONE;
    private boolean asked;
    private long askedNanos;

    Bases(LogConfig config, ManifestStore manifests) {
        this.folder = config.folder();
        this.manifests = manifests;
        this.appendOnly = config.appendOnly();
    }

    boolean appendOnly() {
        return appendOnly;
    }

    void appendOnly(boolean on) {
        appendOnly = on;
    }

    LogPart current() {
        return current;
    }

    /** No byte from here on may be deleted. */
    long neededFrom() {
        if (!appendOnly) {
            return NONE;
        }
        LogPart base = current;
        return Math.min(base == null ? NONE : base.nextOffset(), pendingOffset);
    }

    /** A base is being made that will stand there. */
    void begin(long offset) {
        pendingOffset = offset;
    }

    void abandon() {
        pendingOffset = NONE;
    }

    /** The manifest's pictures show this base from now on; null for none. */
    void set(ManifestEntry entry) {
        manifests.base(entry);
        currentSeq = entry == null ? currentSeq : entry.seq();
        current =
                entry == null
                        ? null
                        : new LogPart(
                                folder.resolve(entry.fileName()),
                                true,
                                0,
                                entry.nextOffset(),
                                entry.replid());
        pendingOffset = NONE;
        asked = false;
    }

    long nextSeq() {
        return currentSeq + 1;
    }

    /**
     * Increments below {@code startOffset} go, so that a base below it leads nowhere.
     *
     * @return its file, to be deleted once the manifest has forgotten it; null if there is none
     */
    Path dropIfBefore(long startOffset) {
        LogPart base = current;
        if (base == null || base.nextOffset() >= startOffset) {
            return null;
        }
        set(null);
        return base.file();
    }

    boolean mayAsk(long nowNanos) {
        if (asked && nowNanos - askedNanos < ASK_NANOS) {
            return false;
        }
        asked = true;
        askedNanos = nowNanos;
        return true;
    }
}
