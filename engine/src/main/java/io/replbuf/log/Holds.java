package io.replbuf.log;

import io.replbuf.buffer.StreamHistory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The claims of readers on the log. Any thread; asking for the smallest is linear in the number of demoted replicas. */
final class Holds {
    private final Set<Hold> open = ConcurrentHashMap.newKeySet();

    StreamHistory.Hold add(long offset) {
        Hold hold = new Hold(offset);
        open.add(hold);
        return hold;
    }

    int count() {
        return open.size();
    }

    /** The smallest offset that is held, {@link Long#MAX_VALUE} without a hold. */
    long min() {
        long min = Long.MAX_VALUE;
        for (Hold hold : open) {
            min = Math.min(min, hold.offset);
        }
        return min;
    }

    private final class Hold implements StreamHistory.Hold {
        private volatile long offset;

        Hold(long offset) {
            this.offset = offset;
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
            open.remove(this);
        }
    }
}
