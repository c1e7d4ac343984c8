package io.replbuf.harness.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * The band of memory that was freed and kept by malloc, over a cell's time, and its proof. For one thread.
 *
 * <p><b>What counts as proof.</b> The band is resident memory that no other part claims, up to the size of the pieces freed. By itself it shows nothing.
 * What malloc keeps can be had back by asking for it, and what is in use cannot. So once the drain is over and the engine idle, malloc is
 * told to trim: the band before it and after it are both measured with the same counters. Of the band's peak, each byte must have been
 * seen to leave: by itself, before the trim, or by the trim. What is left afterwards may be a twentieth of the peak, as the bound on
 * unexplained memory allows a twentieth, too: pages which a freed chunk shares with one in use stay. Otherwise, and where nothing was
 * tried, the band is not confirmed, and all of it counts as unexplained.
 *
 * <p>Not told apart from it is memory that no counter knows and that comes and goes while pieces are freed.
 */
final class KeptMemory {
    /** A band below it is not worth a trim and counts as unexplained: a quarter of what may be so anyway, within the JVM's own noise. */
    static final long WORTH_PROVING_BYTES = 16L << 20;

    private static final int TOLERATED_PART = 20;

    private record Sample(long millis, long bytes) {}

    private final List<Sample> samples = new ArrayList<>();
    private int peak = -1;
    private CellResult.Trim trim;

    void sample(long cellMillis, long keptBytes) {
        samples.add(new Sample(cellMillis, keptBytes));
        if (keptBytes > peakBytes()) {
            peak = samples.size() - 1;
        }
    }

    long peakBytes() {
        return peak < 0 ? 0 : samples.get(peak).bytes;
    }

    boolean isWorthProving() {
        return peakBytes() >= WORTH_PROVING_BYTES;
    }

    /**
     * Malloc was told to trim.
     *
     * @param rssBefore resident bytes just before, and {@code bandBefore} of them the band
     * @param error why it did not, or null
     */
    void trimmed(long bandBefore, long rssBefore, long bandAfter, long rssAfter, String error) {
        boolean confirmed = error == null && bandAfter <= peakBytes() / TOLERATED_PART;
        trim =
                new CellResult.Trim(
                        bandBefore, bandAfter, Math.max(0, rssBefore - rssAfter), confirmed, error);
    }

    boolean isConfirmed() {
        return trim != null && trim.confirmed();
    }

    /** Null when there was none. */
    CellResult.Kept result() {
        return peakBytes() == 0
                ? null
                : new CellResult.Kept(peakBytes(), samples.get(peak).millis, heldMillis(), trim);
    }

    /** From the sample in which the peak's band appeared to the first after it that was a twentieth of the peak or less, or -1. */
    private long heldMillis() {
        long gone = peakBytes() / TOLERATED_PART;
        int from = peak;
        while (from > 0 && samples.get(from - 1).bytes > gone) {
            from--;
        }
        for (int i = peak + 1; i < samples.size(); i++) {
            if (samples.get(i).bytes <= gone) {
                return samples.get(i).millis - samples.get(from).millis;
            }
        }
        return -1;
    }
}
