package io.replbuf.harness.load;

import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * Records times of one kind, in nanoseconds, from one thread; another thread takes an interval's histogram from it now and then.
 *
 * <p>Three significant digits up to an hour. What is longer is recorded as an hour, and counted.
 */
public final class LatencyRecorder {
    private static final long HIGHEST = 3_600_000_000_000L;

    private final String tag;
    private final SingleWriterRecorder recorder = new SingleWriterRecorder(1, HIGHEST, 3);
    private final AtomicLong clamped = new AtomicLong();

    /**
     * @param tag name in the interval log
     */
    public LatencyRecorder(String tag) {
        this.tag = tag;
    }

    public String tag() {
        return tag;
    }

    /** Takes one value; the recording thread only. */
    public void record(long nanos) {
        if (nanos > HIGHEST) {
            clamped.incrementAndGet();
        }
        recorder.recordValue(Math.max(1, Math.min(nanos, HIGHEST)));
    }

    /** What came since the last call; {@code recycle} is a histogram of an earlier call, or null. One taking thread only. */
    public Histogram interval(Histogram recycle) {
        return recorder.getIntervalHistogram(recycle);
    }

    /** How many values were too long. */
    public long clamped() {
        return clamped.get();
    }
}
