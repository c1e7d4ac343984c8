package io.replbuf.shared;

import java.util.function.LongSupplier;

/**
 * Which part of the stream is older than the backlog may keep: offsets, marked now and then with their time.
 *
 * <p>Command loop only. At most {@value #MARKS} marks, one each 64th part of the age, so that what is kept is up to that much
 * older than asked for; a few steps per call.
 */
final class BacklogAge {
    private static final int MARKS = 128;
    private static final int PARTS = 64;

    private final LongSupplier nanoClock;
    private final long maxNanos;
    private final long stepNanos;
    private final long[] times = new long[MARKS];
    private final long[] offsets = new long[MARKS];
    private long head;
    private long end;

    /**
     * @param maxNanos the age, at least 1
     * @param offset what is below it is as old as this object
     */
    BacklogAge(LongSupplier nanoClock, long maxNanos, long offset) {
        this.nanoClock = nanoClock;
        this.maxNanos = maxNanos;
        this.stepNanos = Math.max(1, maxNanos / PARTS);
        mark(nanoClock.getAsLong(), offset);
    }

    /** What is below the answer is too old, 0 for nothing; {@code nextOffset} is noted for later calls. */
    long expiredBelow(long nextOffset) {
        long now = nanoClock.getAsLong();
        if (now - times[(int) (end - 1) & MARKS - 1] >= stepNanos) {
            mark(now, nextOffset);
        }
        // The first mark stands for all that is older than the second.
        while (end - head > 1 && now - times[(int) (head + 1) & MARKS - 1] >= maxNanos) {
            head++;
        }
        int oldest = (int) head & MARKS - 1;
        return now - times[oldest] >= maxNanos ? offsets[oldest] : 0;
    }

    /** Marks are a step apart, so those of one age are far fewer than there is room for. */
    private void mark(long now, long offset) {
        int at = (int) end & MARKS - 1;
        times[at] = now;
        offsets[at] = offset;
        end++;
        head = Math.max(head, end - MARKS);
    }
}
