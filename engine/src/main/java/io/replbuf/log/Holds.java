package io.replbuf.log;

import io.replbuf.buffer.StreamHistory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The claims of readers on the log. Any thread, but for {@link #anyBelow}, which is the log thread's.
 *
 * <p>Retention asks after every write while it would like to drop a segment and may not. One hold in the way is answer enough,
 * and it is remembered: the others are looked at only when that one has moved on, not at each write.
 */
final class Holds {
    private final Set<Hold> open = ConcurrentHashMap.newKeySet();

    /** In the way when asked last; the log thread's. */
    private Hold blocker;

    /** Holds looked at, ever; for the test that counts them. */
    private volatile long looks;

    StreamHistory.Hold add(long offset) {
        Hold hold = new Hold(offset);
        open.add(hold);
        return hold;
    }

    int count() {
        return open.size();
    }

    /** Whether anything below {@code limit} is held. */
    boolean anyBelow(long limit) {
        Hold known = blocker;
        if (known != null && known.isBelow(limit)) {
            return true;
        }
        blocker = null;
        long looked = looks;
        for (Hold hold : open) {
            looks = ++looked;
            if (hold.isBelow(limit)) {
                blocker = hold;
                return true;
            }
        }
        return false;
    }

    long looks() {
        return looks;
    }

    private final class Hold implements StreamHistory.Hold {
        private volatile long offset;
        private volatile boolean closed;

        Hold(long offset) {
            this.offset = offset;
        }

        boolean isBelow(long limit) {
            return !closed && offset < limit;
        }

        @Override
        public void moveTo(long next) {
            // One reader moves a hold, so looking before writing is enough.
            if (next > offset) {
                offset = next;
            }
        }

        @Override
        public void close() {
            closed = true;
            open.remove(this);
        }
    }
}
