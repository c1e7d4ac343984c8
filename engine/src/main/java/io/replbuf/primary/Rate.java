package io.replbuf.primary;

import java.util.Arrays;

/** How fast a position in the stream moves, over the last looks. One thread. */
final class Rate {
    private static final int LOOKS = 6;

    private final long[] positions = new long[LOOKS];
    private final long[] millis = new long[LOOKS];
    private int looks;

    /** The position is {@code position}, in bytes, at {@code nowMillis} of a monotonic clock. */
    void look(long position, long nowMillis) {
        positions[looks % LOOKS] = position;
        millis[looks % LOOKS] = nowMillis;
        looks++;
    }

    /** What was before is another position's. */
    void reset() {
        looks = 0;
        Arrays.fill(positions, 0);
    }

    /** Bytes per second between the oldest look that is remembered and the last; -1 before there are two at different times. */
    double perSecond() {
        return perSecond(LOOKS - 1);
    }

    /**
     * The same between the last look and the one {@code back} looks before, or the oldest.
     *
     * @param back 1 to 5
     */
    double perSecond(int back) {
        int oldest = Math.max(0, looks - 1 - back);
        int last = looks - 1;
        if (last <= oldest) {
            return -1;
        }
        long took = millis[last % LOOKS] - millis[oldest % LOOKS];
        return took <= 0
                ? -1
                : (positions[last % LOOKS] - positions[oldest % LOOKS]) * 1000.0 / took;
    }
}
